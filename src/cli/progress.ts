import type { Progress } from '../sync/export/stats.js';

/** Work that takes less shows no bar, in milliseconds. */
const PATIENCE = 500;

/** Shows how far long work is. */
export interface ProgressBar {
  readonly onProgress: (progress: Progress) => void;
  readonly stop: () => void;
}

/** A bar that appears only for long work; the engine is synchronous, so each report draws it. */
export async function makeProgressBar(
  stream: NodeJS.WriteStream,
  since: number = performance.now(),
): Promise<ProgressBar> {
  const { default: progress } = await import('cli-progress');
  const bar = new progress.SingleBar({
    stream,
    format: '{phase} [{bar}] {value}/{total}',
    clearOnComplete: true,
    gracefulExit: false,
    hideCursor: null,
  });
  let shown: string | undefined;
  return {
    onProgress: ({ phase, done, total }) => {
      if (performance.now() - since < PATIENCE) return;
      if (phase !== shown) {
        if (shown !== undefined) bar.stop();
        bar.start(total, done, { phase });
        shown = phase;
      } else bar.update(done, { phase });
    },
    stop: () => {
      if (shown !== undefined) bar.stop();
      shown = undefined;
    },
  };
}
