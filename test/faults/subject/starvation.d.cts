/** Calls back with how many milliseconds this process was kept from running. Returns how to stop. */
export function watchStarvation(starved: (ms: number) => void): () => void;
