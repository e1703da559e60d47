/** Names a record. */
export interface RecordKey {
  readonly type: string;
  readonly id: string;
}
