import type { Part } from '../../handlers/view';
import { decidedOf, type Request } from '../../jobs/request/request';
import { type Attachments, wholeText } from '../../jobs/store/attachments';
import { rawText } from '../outbox/raw';
import { outcomeView } from '../receive/outcomes';
import { CODES, type Code } from './codes';
import type { Terminal } from './terminal';
import { line } from './text';

export interface RawDeps {
  readonly jobs: { readonly attachments: Attachments };
  readonly terminal: Terminal;
}

/** The whole record of a request, as the button Raw gives it. */
export async function printJson({ jobs, terminal }: RawDeps, request: Request): Promise<void> {
  terminal.raw(await rawText(request, jobs.attachments));
}

/** One file of a request's result, byte for byte; without a name its whole record. */
export async function printFile(deps: RawDeps, request: Request, name: string | null): Promise<Code> {
  if (name === null) {
    await printJson(deps, request);
    return CODES.done;
  }
  const parts = await partsOf(deps, request);
  const part = parts.find((one) => one.name === name);
  if (!part) {
    const known = parts.map((one) => line(one.name)).join(', ');
    deps.terminal.err(`${request.id} has no file ${line(name)}. ${known ? `It has: ${known}.` : 'It has none.'}`);
    return CODES.usage;
  }
  deps.terminal.raw(part.kind === 'picture' ? part.svg : wholeText(part));
  return CODES.done;
}

type Filed = Extract<Part, { kind: 'table' | 'raw' | 'picture' }>;

async function partsOf({ jobs }: RawDeps, request: Request): Promise<readonly Filed[]> {
  const { id, state } = request;
  const views =
    state.kind === 'finished'
      ? [outcomeView(request, state.outcome), ...(state.recheck.kind === 'made' ? [state.recheck.view] : [])]
      : [decidedOf(state)?.proposed.preview ?? []].flat();
  const whole = await Promise.all(views.map((view) => jobs.attachments.whole(id, view)));
  return whole.flatMap(({ parts }) => parts.filter((part) => 'name' in part));
}
