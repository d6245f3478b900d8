/** Rules that hold over a whole message or view: unique ids and sums of characters. */
import { LIMITS } from '../../../src/bot/view/limits';
import type { Block, BlockElement, Table } from './blocks';
import type { Problem } from './problems';

/** The elements of a block that a person can use. */
export function elementsOf(block: Block): readonly BlockElement[] {
  if (block.type === 'actions') return block.elements;
  if (block.type === 'input') return [block.element];
  return block.type === 'section' && block.accessory ? [block.accessory] : [];
}

function repeated(ids: readonly { readonly id: string | undefined; readonly pointer: string }[]) {
  const seen = new Set<string>();
  return ids.filter(({ id }) => id !== undefined && (seen.has(id) || !seen.add(id)));
}

export function repeatedIds(blocks: readonly Block[], root: string): readonly Problem[] {
  const blockIds = blocks.map((block, at) => ({ id: block.block_id, pointer: `${root}/${at}/block_id` }));
  const actionIds = blocks.flatMap((block, at) =>
    elementsOf(block).map((element, nth) => ({
      id: 'action_id' in element ? element.action_id : undefined,
      pointer: `${root}/${at}${block.type === 'actions' ? `/elements/${nth}` : block.type === 'input' ? '/element' : '/accessory'}/action_id`,
    })),
  );
  return [
    ...repeated(blockIds).map((one) => twice('block_id', one)),
    ...repeated(actionIds).map((one) => twice('action_id', one)),
  ];
}

function twice(field: string, one: { readonly id: string | undefined; readonly pointer: string }): Problem {
  return { error: 'invalid_blocks', text: `\`${field}\` already exists: ${one.id}`, pointer: one.pointer };
}

/** Counts what is shown: the `text` of everything nested, and a data table's caption. Ids and values are not text. */
function charactersOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + charactersOf(item), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [key, inner]) => {
    if (typeof inner !== 'string') return sum + charactersOf(inner);
    return key === 'text' || key === 'caption' ? sum + inner.length : sum;
  }, 0);
}

function isTable(block: Block): block is Table {
  return block.type === 'table' || block.type === 'data_table';
}

function tableTotals(blocks: readonly Block[], root: string): readonly Problem[] {
  const tables = blocks.filter(isTable);
  const problems: Problem[] = [];
  for (const [type, limit] of [
    ['table', LIMITS.table.characters],
    ['data_table', LIMITS.dataTable.characters],
  ] as const) {
    const cells = charactersOf(tables.filter((table) => table.type === type).map((table) => table.rows));
    const pointer = `${root}/${blocks.findIndex((block) => block.type === type)}/rows`;
    if (cells > limit) {
      problems.push({
        error: 'invalid_blocks',
        text: `${type} cells must be less than ${limit + 1} characters`,
        pointer,
      });
    }
  }
  if (tables.filter((table) => table.type === 'table').length > LIMITS.table.tables) {
    problems.push({ error: 'only_one_table_allowed', text: 'only one table is allowed in a message', pointer: root });
  }
  return problems;
}

/** A data table alone may be larger than the message's sum, so its cells are left out of that; a table's count. */
export function messageTotals(blocks: readonly Block[], root: string): readonly Problem[] {
  const problems = [...tableTotals(blocks, root)];
  const markdown = charactersOf(blocks.filter((block) => block.type === 'markdown'));
  if (markdown > LIMITS.markdown.text) {
    const text = `markdown blocks must be less than ${LIMITS.markdown.text + 1} characters together`;
    problems.push({ error: 'invalid_blocks', text, pointer: root });
  }
  const all = charactersOf(blocks.filter((block) => block.type !== 'data_table'));
  if (all > LIMITS.message.characters) {
    const text = `blocks must be less than ${LIMITS.message.characters + 1} characters together, these have ${all}`;
    problems.push({ error: 'msg_blocks_too_long', text, pointer: root });
  }
  return problems;
}
