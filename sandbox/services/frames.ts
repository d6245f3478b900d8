const PREFACE = 'PRI * HTTP/2.0';
const FRAME_HEAD = 9;
const DATA = 0;
const HEADERS = 1;

/** Tells a server's answers from HTTP/2 housekeeping (settings, pings, windows), by watching both ways of a connection. */
export interface AnswerSpotter {
  sent(piece: Buffer): void;
  /** Whether this piece holds some of an answer. */
  received(piece: Buffer): boolean;
}

export function answerSpotter(): AnswerSpotter {
  let http2: boolean | null = null;
  let pending = Buffer.alloc(0);
  let skip = 0;
  return {
    sent: (piece) => {
      http2 ??= piece.toString('latin1', 0, PREFACE.length) === PREFACE;
    },
    received: (piece) => {
      if (!http2) return true;
      let answer = false;
      let rest = Buffer.concat([pending, piece]);
      while (true) {
        const skipped = Math.min(skip, rest.length);
        rest = rest.subarray(skipped);
        skip -= skipped;
        if (rest.length < FRAME_HEAD) break;
        const type = rest[3];
        answer ||= type === DATA || type === HEADERS;
        skip = FRAME_HEAD + rest.readUIntBE(0, 3);
      }
      pending = rest;
      return answer;
    },
  };
}
