/**
 * Says what Slack would refuse about a message or a view, before or instead of Slack. Pure; an empty list means accepted.
 * Written from documentation: where sources disagree it is the stricter one.
 */
import { LIMITS } from '../../src/bot/view/limits';
import { home, messageBlocks, modal } from './check/blocks';
import { type Problem, problemsOf } from './check/problems';
import { messageTotals, repeatedIds } from './check/totals';

export { describeProblem, type Problem } from './check/problems';

/** `blocks` absent means a message of text alone. */
export function checkMessage(blocks: unknown, text: unknown): readonly Problem[] {
  const problems = [...checkText(blocks, text)];
  if (blocks === undefined) return problems;
  const parsed = messageBlocks.safeParse(blocks, { reportInput: true });
  if (!parsed.success) return [...problems, ...problemsOf(parsed.error.issues, '/blocks')];
  return [...problems, ...repeatedIds(parsed.data, '/blocks'), ...messageTotals(parsed.data, '/blocks')];
}

function checkText(blocks: unknown, text: unknown): readonly Problem[] {
  if (text !== undefined && typeof text !== 'string') {
    return [{ error: 'invalid_arguments', text: 'must be of type string', pointer: '/text' }];
  }
  const hasBlocks = Array.isArray(blocks) ? blocks.length > 0 : blocks !== undefined;
  if (!text?.trim() && !hasBlocks) return [{ error: 'no_text', text: 'no message text provided', pointer: '/text' }];
  if ((text?.length ?? 0) <= LIMITS.message.text) return [];
  const most = `must be less than ${LIMITS.message.text + 1} characters`;
  return [{ error: 'msg_too_long', text: most, pointer: '/text' }];
}

/** A modal as given to views.open, views.push or views.update, or a Home tab as given to views.publish. */
export function checkView(view: unknown, kind: 'modal' | 'home' = 'modal'): readonly Problem[] {
  const parsed = (kind === 'home' ? home : modal).safeParse(view, { reportInput: true });
  if (!parsed.success) return asArguments(problemsOf(parsed.error.issues, '/view'));
  if (Buffer.byteLength(JSON.stringify(view)) > LIMITS.view.bytes) {
    return [{ error: 'view_too_large', text: `must be at most ${LIMITS.view.bytes} bytes`, pointer: '/view' }];
  }
  return asArguments(repeatedIds(parsed.data.blocks, '/view/blocks'));
}

/** Slack answers views.* with invalid_arguments where chat.* says invalid_blocks. */
function asArguments(problems: readonly Problem[]): readonly Problem[] {
  return problems.map((problem) => ({ ...problem, error: 'invalid_arguments' }));
}
