/**
 * A small deterministic source of pseudo-random numbers (mulberry32), so that the same seed always makes the same data.
 */
export class Random {
  #state;

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 up to, and without, 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /**
   * An integer from 0 up to, and without, `limit`.
   *
   * @param {number} limit
   */
  below(limit) {
    return Math.floor(this.next() * limit);
  }

  /**
   * True with the given probability.
   *
   * @param {number} probability
   */
  chance(probability) {
    return this.next() < probability;
  }

  /**
   * One of the values.
   *
   * @template T
   * @param {readonly [T, ...T[]]} values
   * @returns {T}
   */
  pick(values) {
    return values[this.below(values.length)] ?? values[0];
  }

  /**
   * A log-normal value with this median.
   *
   * @param {number} median
   * @param {number} sigma
   */
  logNormal(median, sigma) {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
    return median * Math.exp(sigma * normal);
  }

  /**
   * Lower-case hexadecimal digits.
   *
   * @param {number} digits at most 8
   */
  hex(digits) {
    return this.below(16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  }
}

const CORPUS_LENGTH = 2_000_000;
const SYLLABLES = 'ba de fi go hu ka le mi no pu ra se ti vo wu xa ze sch tro ner ing ion est ant'.split(' ');
const FOREIGN = [
  'Größe',
  'naïve',
  'café',
  'Пример',
  '日本語',
  'データ',
  '进展',
  'Ελληνικά',
  '🚀',
  '👩🏽‍💻',
  'שלום',
  'ñandú',
  '—',
];
const MARKS = ['.', ',', ';', ':', '\n', '\n\n- ', ' "quoted"', ' `code`', ' C:\\dir', '\tx'];

/** Prose that never repeats within a few kilobytes: cut out of a long text, at spaces. */
export class Prose {
  #random;
  #plain;
  #foreign;

  /** @param {Random} random */
  constructor(random) {
    this.#random = random;
    const words = Array.from({ length: 4000 }, () =>
      Array.from({ length: 1 + random.below(4) }, () => SYLLABLES[random.below(SYLLABLES.length)]).join(''),
    );
    this.#plain = this.#corpus(words, []);
    this.#foreign = this.#corpus(words, FOREIGN);
  }

  /**
   * Text of about that many characters.
   *
   * @param {number} length
   */
  text(length) {
    const corpus = this.#random.chance(0.1) ? this.#foreign : this.#plain;
    const start = corpus.indexOf(' ', this.#random.below(corpus.length - 20_000)) + 1;
    return corpus.slice(start, corpus.indexOf(' ', start + Math.max(1, Math.min(length, 10_240))));
  }

  /** A value of a record: log-normal length, median 240 characters, a few of 10 KB. */
  value() {
    return this.text(this.#random.chance(0.002) ? 10_240 : Math.round(this.#random.logNormal(240, 1)));
  }

  /** A short text. */
  title() {
    return this.text(10 + this.#random.below(50));
  }

  /**
   * @param {readonly (string | undefined)[]} words
   * @param {readonly string[]} extra
   */
  #corpus(words, extra) {
    /** @type {(string | undefined)[]} */
    const parts = [];
    for (let length = 0; length < CORPUS_LENGTH;) {
      const source = extra.length > 0 && this.#random.chance(0.3) ? extra : words;
      const mark = this.#random.chance(0.08) ? MARKS[this.#random.below(MARKS.length)] : '';
      const word = `${source[this.#random.below(source.length)] ?? ''}${mark ?? ''}`;
      parts.push(word);
      length += word.length + 1;
    }
    return parts.join(' ');
  }
}
