import type { Planned } from '../../src/handlers/operation';
import { plain } from '../../src/handlers/view';

/** Why there is no plan to approve, for the message of a test that expected one. */
export function noPlan(planned: Exclude<Planned<unknown>, { kind: 'plan' }>): string {
  return planned.kind === 'shown' ? `shown: ${planned.view.title}` : `${planned.kind}: ${plain(planned.why)}`;
}
