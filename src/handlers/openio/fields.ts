import { type Openio, SERVICE_TYPES, type ServiceType } from '../../backends/openio/openio';
import type { Choice, Field, Form, Known } from '../form';

/** The inputs that operations on bases and containers share. */

/** Only for what is known of a service while a form is filled in; no request is behind it. */
const FORM = 'form';

/** Containers cannot be listed by the proxy: those of earlier requests are known. */
const CONTAINER: Known = { kind: 'OpenIO container', beside: ['cid', 'account', 'ns'] };

const NAME: Field = {
  id: 'name',
  label: 'Container',
  hint: 'Its name, or its cid with the option below.',
  input: { kind: 'known', known: CONTAINER },
  as: { kind: 'word' },
};

const NAMING_FIELDS: Form = [
  {
    id: 'cid',
    label: 'The container is named by its cid',
    optional: true,
    input: { kind: 'flag' },
    as: { kind: 'flag', flag: 'cid' },
  },
  {
    id: 'account',
    label: 'Account',
    hint: 'Left empty: the usual one.',
    optional: true,
    input: { kind: 'known', known: { kind: 'OpenIO account' } },
    as: { kind: 'option', flag: 'account' },
  },
  namespaceField(),
];

export function namespaceField(): Field {
  return {
    id: 'ns',
    label: 'Namespace',
    hint: 'Left empty: the usual one.',
    optional: true,
    input: { kind: 'text' },
    as: { kind: 'option', flag: 'ns' },
  };
}

const TYPE: Field = {
  id: 'type',
  label: 'Type of the base',
  input: { kind: 'select', options: SERVICE_TYPES },
  as: { kind: 'word' },
};

export function containerForm(...more: readonly Field[]): Form {
  return [NAME, ...more, ...NAMING_FIELDS];
}

export function baseForm(...more: readonly Field[]): Form {
  return [TYPE, NAME, ...more, ...NAMING_FIELDS];
}

const ONLY_META2: Field = { ...TYPE, input: { kind: 'select', options: ['meta2'] } };

/** What is done to a meta2 base, or to several of a service. */
export function meta2Form(...more: readonly Field[]): Form {
  const names: Field = {
    ...NAME,
    hint: 'Its name, or its cid with the option below. With "all": names, or nothing.',
    optional: true,
    as: { kind: 'words' },
  };
  return [ONLY_META2, names, ...more, ...NAMING_FIELDS];
}

/** `--flag ADDR`: one meta2 service. */
export function serviceField(
  openio: Pick<Openio, 'namespace' | 'services'>,
  field: Pick<Field, 'id' | 'label' | 'hint' | 'optional'>,
): Field {
  return {
    ...field,
    input: { kind: 'known', known: servicesOf(openio, ['meta2']) },
    as: { kind: 'option', flag: field.id },
  };
}

export function flagField(flag: string, label: string, hint?: string): Field {
  const hinted = hint === undefined ? {} : { hint };
  return { id: flag, label, ...hinted, optional: true, input: { kind: 'flag' }, as: { kind: 'flag', flag } };
}

/** `--service-id ADDR`, as often as there are peers. */
export function peersField(openio: Pick<Openio, 'namespace' | 'services'>): Field {
  return {
    id: 'service-id',
    label: 'Only these peers',
    hint: 'Left empty: all of them.',
    optional: true,
    input: { kind: 'known', known: servicesOf(openio, SERVICE_TYPES), many: true },
    as: { kind: 'option', flag: 'service-id', many: true },
  };
}

/** The addresses that the conscience knows. */
export function servicesOf(openio: Pick<Openio, 'namespace' | 'services'>, types: readonly ServiceType[]): Known {
  return {
    kind: 'OpenIO service',
    list: async (signal) => {
      const call = { request: FORM, signal };
      const lists = await Promise.all(
        types.map(async (type) => {
          const services = await openio.services(openio.namespace, type, call);
          return services.map(({ address, score }): Choice => ({ value: address, about: `${type}, score ${score}` }));
        }),
      );
      return lists.flat();
    },
  };
}
