/**
 * The contract of everything the bot can do, and the glossary of its words.
 *
 * operation    something the bot can do; a *query* reads, a *change* writes
 * command      the text that names an operation (`palm purge e5cd88f7`)
 * words        what followed the operation's name; the stored form of its arguments
 * request      one person asking for one operation, from the command to its end
 * plan         what a change would do, computed by reading; pure data
 * preview      the view of a plan that people see before they decide
 * fingerprint  hash of operation and plan: the thing that is approved
 * target       one thing touched; unit of locking and of audit
 * step         what happened to one target
 * finding      what reading one target back says
 */
import type { ZodType } from 'zod';
import type { Form } from './form';
import type { Part, Text, View } from './view';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Words = readonly string[];
export type Parsed<Args> =
  | { readonly ok: true; readonly args: Args }
  | { readonly ok: false; readonly problem: string };

/** Irreversible changes need more people. */
export type Danger = 'reversible' | 'irreversible';

/**
 * `key` is a path, and a lock on a path excludes everything below it: whoever holds `palm/servers` keeps others from
 * `palm/servers/e5cd88f7-…`.
 */
export interface Target {
  readonly key: string;
  readonly label: string;
}

/** `unknown`: the answer was lost; reading back decides. `skipped`: found changed or already so, and not touched. */
export interface Step {
  readonly target: string;
  readonly status: 'done' | 'skipped' | 'failed' | 'unknown';
  readonly text: string;
}

/** At most `most` requests perform at once under this key, whatever their targets are. */
export interface Slot {
  readonly key: string;
  readonly most: number;
}

/** `confirmed`: the target is as the plan wanted it. `contradicted`: it is not. `unverifiable`: it could not be told. */
export interface Finding {
  readonly target: string;
  readonly verdict: 'confirmed' | 'contradicted' | 'unverifiable';
  readonly text: string;
  /** The target proves that this request did it, whatever is there by now. */
  readonly acted?: boolean;
}

/** Another operation whose rules about people hold as well: where it was asked, and on which cluster. */
export interface JudgedAs {
  readonly operation: string;
  readonly cluster: string;
  readonly channel: string;
}

/** What an operation is given besides its arguments. */
export interface Context {
  /** The request's id; write it where the far side keeps names (a receipt, a request id header). */
  readonly request: string;
  /** Aborted when nobody waits any more. Pass it to every call. */
  readonly signal: AbortSignal;
  /** The plan that was approved, while it is made again under the lock. */
  readonly approved?: Json;
  /** Aborted when the process is about to end: wait no longer, and begin nothing more. Only while performing. */
  readonly ending?: AbortSignal;
  /** Shows what is known so far. May be called often; the message is redrawn at most once a second. */
  readonly report: (view: View) => void;
}

interface Described {
  /** System and verb: `palm purge`. The first word is the slash command. */
  readonly name: string;
  /** What may follow the name: `UUID… [--force]`. */
  readonly usage: string;
  /** One sentence for the help. */
  readonly summary: string;
  /** Whole commands without the slash. */
  readonly examples: readonly string[];
  /** Its words as inputs, for people who do not know them by heart. Every operation of the catalogue has one. */
  readonly form?: Form;
  /** What it begins is posted later, by itself and for everybody where it asks: `--private` and `--share` would promise else. */
  readonly postsLater?: boolean;
}

interface Shown extends Described {
  readonly form: Form;
  readonly postsLater: boolean;
}

export interface QuerySpec<Args, Found> extends Described {
  parse(words: Words): Parsed<Args>;
  read(args: Args, context: Context): Promise<Found>;
  render(found: Found): View;
}

/** What a change takes from and how much of it is left, for rules that set a floor. Counted while planning. */
export interface Pool {
  /** The lock above all of it. */
  readonly key: string;
  /** In the plural: `registered PALM servers`. */
  readonly name: string;
  readonly removes: number;
  readonly leaves: number;
}

export type Planned<Plan> =
  /**
   * `pool` is no part of the plan: what is left moves by itself, and is counted again under the lock. Neither are the
   * `notes` below the preview: what people read beside it, and do not approve.
   */
  | { readonly kind: 'plan'; readonly plan: Plan; readonly pool?: Pool; readonly notes?: readonly Part[] }
  /** The words asked only to be shown what would be done (a dry run): nobody is asked to approve it. */
  | { readonly kind: 'shown'; readonly view: View }
  /** There is nothing to do, or it must not be done. `why` is one sentence that ends with the next step. */
  | { readonly kind: 'unchanged' | 'refused'; readonly why: Text; readonly view?: View };

export interface ChangeSpec<Args, Plan extends Json> extends Described {
  /** Decodes a stored plan. Its output must equal what `plan` made. */
  readonly schema: ZodType<Plan>;
  parse(words: Words): Parsed<Args>;
  danger(plan: Plan): Danger;
  /**
   * Reads only, and runs again under the lock right before `execute`. Holds what a person approves and what undoing
   * needs; never a time or a counter that moves by itself, or every request goes stale.
   */
  plan(args: Args, context: Context): Promise<Planned<Plan>>;
  targets(plan: Plan): readonly Target[];
  preview(plan: Plan): View;
  /** Whose rules hold for it as well, where they are stricter than its own. */
  judgedAs?(plan: Plan): JudgedAs;
  /** What undoes it, or why nothing has to or can: one sentence. */
  undo?(plan: Plan): string;
  /** Every step in words, in the order of `execute`, which yields one step for each: `copying to 127.0.0.2:6024`. */
  procedure?(plan: Plan): readonly string[];
  /** The target of each step of the procedure, only where no step begins before the one before it has ended; null elsewhere. */
  order?(plan: Plan): readonly string[] | null;
  slots?(plan: Plan): readonly Slot[];
  /** How long `execute` may take, in milliseconds; three minutes when left out. */
  mostMs?(plan: Plan): number;
  /** The plan as people compare two of them, when it went stale; left out: the plan as it is. */
  compared?(plan: Plan): Json;
  /**
   * The only member that writes; runs at most once per request. Yield after each write: the caller stores the step and
   * checks that the lock is still held before it asks for the next one. Never throw after the first write: yield a step
   * `unknown` instead.
   */
  execute(plan: Plan, context: Context): AsyncIterable<Step>;
  /**
   * After a performer was lost: makes sure that no write of this request can still land. False, or no such member: the
   * target cannot do that, and what is not done now may still happen.
   */
  seal?(plan: Plan, context: Context): Promise<boolean>;
  /** Reads the truth back, one finding per target. Knows nothing of the steps: it also runs after a crash. */
  verify(plan: Plan, context: Context): Promise<readonly Finding[]>;
  /** Findings about what leaves nothing that could be read back: what the steps tell of it is all there is. */
  untraced?(plan: Plan, steps: readonly Step[]): readonly Finding[];
  /** `request` is for the `next` parts that name it, such as an undo. */
  render(plan: Plan, steps: readonly Step[], findings: readonly Finding[], request: string): View;
  /** A second look some time after success; its view is added to the result. */
  readonly recheck?: { readonly afterMs: number; look(plan: Plan, context: Context): Promise<View> };
}

export interface Query extends Shown {
  readonly kind: 'query';
  /** The problem with these words, or null. */
  check(words: Words): string | null;
  answer(words: Words, context: Context): Promise<View>;
}

/** A plan together with everything that can be done with it. */
export interface Proposal {
  readonly plan: Json;
  readonly danger: Danger;
  readonly targets: readonly Target[];
  readonly slots: readonly Slot[];
  /** Null: nothing is taken away that a floor could be set for. */
  readonly pool: Pool | null;
  readonly procedure: readonly string[];
  /** The target of each step of the procedure; null: they are not done strictly in that order. */
  readonly order: readonly string[] | null;
  readonly preview: View;
  readonly undo: string | null;
  /** Null: only its own rules hold. */
  readonly judgedAs: JudgedAs | null;
  readonly compared: Json;
  readonly recheckAfterMs: number | null;
  /** Null: as long as reading may take. */
  readonly mostMs: number | null;
  execute(context: Context): AsyncIterable<Step>;
  seal(context: Context): Promise<boolean>;
  verify(context: Context): Promise<readonly Finding[]>;
  untraced(steps: readonly Step[]): readonly Finding[];
  render(steps: readonly Step[], findings: readonly Finding[], request: string): View;
  recheck(context: Context): Promise<View>;
}

export interface Change extends Shown {
  readonly kind: 'change';
  check(words: Words): string | null;
  propose(words: Words, context: Context): Promise<Planned<Proposal>>;
  /** The proposal of a stored plan. Throws when the stored data is not a plan of this operation. */
  restore(plan: Json): Proposal;
}

export type Operation = Query | Change;

/** Throws where a caller skipped `check`: words that do not parse never get this far. */
function argsOf<Args>(parsed: Parsed<Args>): Args {
  if (!parsed.ok) throw new Error(`words were not checked: ${parsed.problem}`);
  return parsed.args;
}

function problemOf(parsed: Parsed<unknown>): string | null {
  return parsed.ok ? null : parsed.problem;
}

function describe(spec: Described): Shown {
  const { name, usage, summary, examples, form = [], postsLater = false } = spec;
  return { name, usage, summary, examples, form, postsLater };
}

/** Closes over the type parameters, so that the catalogue is a plain list. */
export function defineQuery<Args, Found>(spec: QuerySpec<Args, Found>): Query {
  return {
    kind: 'query',
    ...describe(spec),
    check: (words) => problemOf(spec.parse(words)),
    answer: async (words, context) => spec.render(await spec.read(argsOf(spec.parse(words)), context)),
  };
}

function withNotes(view: View, notes: readonly Part[]): View {
  return notes.length === 0 ? view : { ...view, parts: [...view.parts, ...notes] };
}

/** Closes over the type parameters, so that the catalogue is a plain list. */
export function defineChange<Args, Plan extends Json>(spec: ChangeSpec<Args, Plan>): Change {
  const propose = (plan: Plan, pool: Pool | null = null, notes: readonly Part[] = []): Proposal => ({
    plan,
    pool,
    danger: spec.danger(plan),
    targets: spec.targets(plan),
    slots: spec.slots?.(plan) ?? [],
    procedure: spec.procedure?.(plan) ?? [],
    order: spec.order?.(plan) ?? null,
    mostMs: spec.mostMs?.(plan) ?? null,
    preview: withNotes(spec.preview(plan), notes),
    undo: spec.undo?.(plan) ?? null,
    judgedAs: spec.judgedAs?.(plan) ?? null,
    compared: spec.compared?.(plan) ?? plan,
    recheckAfterMs: spec.recheck?.afterMs ?? null,
    execute: (context) => spec.execute(plan, context),
    seal: async (context) => (await spec.seal?.(plan, context)) ?? false,
    verify: (context) => spec.verify(plan, context),
    untraced: (steps) => spec.untraced?.(plan, steps) ?? [],
    render: (steps, findings, request) => spec.render(plan, steps, findings, request),
    recheck: async (context) => {
      if (!spec.recheck) throw new Error(`${spec.name} has no second look`);
      return spec.recheck.look(plan, context);
    },
  });
  return {
    kind: 'change',
    ...describe(spec),
    check: (words) => problemOf(spec.parse(words)),
    propose: async (words, context) => {
      const planned = await spec.plan(argsOf(spec.parse(words)), context);
      return planned.kind === 'plan'
        ? { kind: 'plan', plan: propose(planned.plan, planned.pool, planned.notes) }
        : planned;
    },
    restore: (plan) => propose(spec.schema.parse(plan)),
  };
}
