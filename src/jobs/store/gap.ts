/**
 * Acknowledgements first: Slack waits three seconds for one, and nobody counts the milliseconds of a job. Work that
 * follows from a command waits for a moment without commands, but never long.
 */
export interface Gap {
  /** While this is under way, work waits. */
  during<T>(urgent: Promise<T>): Promise<T>;
  /** Runs the work in the next quiet moment. */
  afterwards(work: () => void): void;
}

const LOOK_EVERY_MS = 2;
const LONGEST_WAIT_MS = 250;

export function createGap(): Gap {
  let urgent = 0;
  let waiting: (() => void)[] = [];
  let since = 0;

  function look(): void {
    if (urgent > 0 && performance.now() - since < LONGEST_WAIT_MS) return void setTimeout(look, LOOK_EVERY_MS);
    const works = waiting;
    waiting = [];
    for (const work of works) work();
  }

  return {
    during: (work) => {
      urgent += 1;
      return work.finally(() => {
        urgent -= 1;
      });
    },
    afterwards: (work) => {
      waiting.push(work);
      if (waiting.length > 1) return;
      since = performance.now();
      setTimeout(look, LOOK_EVERY_MS);
    },
  };
}
