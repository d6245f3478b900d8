import type { Dispenser } from './hostile';

/** Members that say what a value is. What a far side may not choose freely is left alone. */
const KEPT = /^(kind|ok|status|state|type|code|version|verdict|api|effect|reason)$/;

/** The same far side, except that some of the strings in its answers mean harm. Reads only: nothing is passed on changed. */
export function tainted<T extends object>(far: T, given: Dispenser, every: number): T {
  let count = 0;
  const taint = (value: unknown): unknown => {
    if (typeof value === 'string') return ++count % every === 0 ? given.next() : value;
    if (Array.isArray(value)) return value.map(taint);
    if (value instanceof Map) return new Map([...value].map(([key, inner]) => [key, taint(inner)]));
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    const entries = Object.entries(value).map(([key, inner]) => [key, KEPT.test(key) ? inner : taint(inner)]);
    return Object.fromEntries(entries);
  };
  return new Proxy(far, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== 'function') return member;
      return (...args: readonly unknown[]) => {
        const answer: unknown = Reflect.apply(member, target, args);
        return answer instanceof Promise ? answer.then(taint) : answer;
      };
    },
  });
}
