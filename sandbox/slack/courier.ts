/** Brings payloads to the app by whichever road it has, and lets the faults happen on the way. */
import type { FaultBox } from './faults';
import { deliverByHttp } from './http-link';
import type { SocketHub } from './socket-link';
import type { TrafficLog } from './traffic';
import type { Answer, AppLink, Delivery } from './types';

export interface Courier {
  connect(link: AppLink): void;
  mode(): AppLink['mode'];
  deliver(delivery: Delivery): Promise<Answer>;
}

interface Road {
  readonly hub: SocketHub;
  readonly faults: FaultBox;
  readonly traffic: TrafficLog;
  readonly signingSecret: string;
  readonly ackMs: number;
}

export function createCourier(first: AppLink, { hub, faults, traffic, signingSecret, ackMs }: Road): Courier {
  let link = first;
  const carry = (delivery: Delivery, retry: boolean): Promise<Answer> => {
    if (link.mode === 'socket') return hub.deliver(delivery, retry);
    return deliverByHttp(delivery, { requestUrl: link.requestUrl, signingSecret, ackMs }, retry);
  };
  const once = async (delivery: Delivery, retry: boolean): Promise<Answer> => {
    const started = performance.now();
    const carried = faults.isAppDown() ? unreachable() : await carry(delivery, retry);
    const answer = carried.kind === 'acked' && faults.takeDroppedAck() ? lost() : carried;
    traffic.note({
      kind: 'to app',
      method: delivery.type,
      error: answer.kind === 'failed' ? answer.error : undefined,
      status: 200,
      ms: performance.now() - started,
      about: retry ? `${delivery.about} (again)` : delivery.about,
    });
    return answer;
  };
  return {
    connect: (next) => {
      link = next;
    },
    mode: () => link.mode,
    deliver: async (delivery) => {
      if (!faults.takeTwice()) return once(delivery, false);
      const [answer] = await Promise.all([once(delivery, false), once(delivery, true)]);
      return answer;
    },
  };
}

function unreachable(): Answer {
  return { kind: 'failed', error: 'dispatch_failed' };
}

/** The person would wait out the three seconds; nobody learns anything from waiting here. */
function lost(): Answer {
  return { kind: 'failed', error: 'operation_timeout' };
}
