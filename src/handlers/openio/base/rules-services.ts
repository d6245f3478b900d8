import { explain } from '../codes';
import type { Advice } from '../finding';
import { fileOf, hasScore } from './look';
import type { MoveRule, Refusal } from './refusal';

const SERVICES: Advice = { label: 'Services', operation: 'cluster list', flags: '', why: 'shows every service' };

export const sourceUnknown: MoveRule = ({ services, leaving }) => unknown(services, leaving);

export const arrivingUnknown: MoveRule = ({ services, arriving }) => unknown(services, arriving);

function unknown(services: readonly { readonly address: string }[], service: string): ReturnType<MoveRule> {
  if (services.some(({ address }) => address === service)) return null;
  const known = services.map(({ address }) => address).join(', ') || 'none';
  const why = `the conscience knows no meta2 service ${service} (known: ${known})`;
  return { why, cure: 'Look at the services, and ask again with one of them.', advice: [SERVICES] };
}

export const destinationDown: MoveRule = ({ services, arriving, directory }) => {
  const service = services.find(({ address }) => address === arriving);
  if (!service || directory.includes(arriving) || hasScore(service)) return null;
  const state = service.up === false ? 'is down' : `has score ${service.score}`;
  const cure = 'Choose another destination with --to, or leave --to out.';
  return { why: `${arriving} ${state}`, cure, advice: [SERVICES] };
};

/** Only newer servers can ask a service that is no peer yet about the base. */
export const destinationSilent: MoveRule = (scene) => {
  const { arriving, directory, files } = scene;
  if (directory.includes(arriving) || fileOf(scene, arriving) !== 'silent') return null;
  const answer = files.find(({ id }) => id === arriving);
  const state = answer ? explain('has', answer).words : 'does not answer';
  return silentDestination(arriving, state);
};

export function silentDestination(arriving: string, state: string): Refusal {
  return { why: `${arriving} ${state}`, cure: 'Choose another destination, or mend it.', advice: [SERVICES] };
}

/** Only a move that has begun may write over a file, and one that goes back: their own. */
export const destinationFull: MoveRule = (scene) => {
  const { arriving, directory, isContinued, isReturn } = scene;
  if (directory.includes(arriving) || isContinued || isReturn || fileOf(scene, arriving) !== 'yes') return null;
  const why = `${arriving} holds a file of this base already: a copy that an earlier move left behind, or one that nobody knows of`;
  const flags = `--service-id ${arriving}`;
  const remove: Advice = {
    label: 'Remove it',
    operation: 'base remove',
    flags,
    why: 'deletes the copy, if nothing needs it',
  };
  return { why, cure: 'Remove it first, or choose another destination with --to.', advice: [remove] };
};
