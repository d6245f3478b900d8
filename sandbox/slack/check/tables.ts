import { z } from 'zod';
import { LIMITS } from '../../../src/bot/view/limits';
import { id } from './pieces';
import { richText } from './rich-text';

/** An empty cell is the classic way to lose a message: pad with a space. */
const rawText = z.strictObject({ type: z.literal('raw_text'), text: z.string().min(1) });
const rawNumber = z.strictObject({ type: z.literal('raw_number'), value: z.number(), text: z.string().min(1) });
const cell = z.discriminatedUnion('type', [rawText, rawNumber, richText]);

type Rows = readonly (readonly { readonly type: string }[])[];

const EQUAL = 'all rows must have the same number of cells';
function haveEqualLengths(rows: Rows): boolean {
  return new Set(rows.map((row) => row.length)).size <= 1;
}

const columnSettings = z.strictObject({
  align: z.enum(['left', 'center', 'right']).optional(),
  is_wrapped: z.boolean().optional(),
});

export const table = z.strictObject({
  type: z.literal('table'),
  block_id: id.optional(),
  rows: z
    .array(z.array(cell).min(1).max(LIMITS.table.columns))
    .min(1)
    .max(LIMITS.table.rows)
    .refine(haveEqualLengths, { message: EQUAL }),
  column_settings: z.array(columnSettings.nullable()).max(LIMITS.table.columnSettings).optional(),
});

export const dataTable = z.strictObject({
  type: z.literal('data_table'),
  block_id: id.optional(),
  caption: z.string().min(1),
  rows: z
    .array(z.array(cell).min(1).max(LIMITS.dataTable.columns))
    .min(2)
    .max(LIMITS.dataTable.rows)
    .refine(haveEqualLengths, { message: EQUAL })
    .refine((rows: Rows) => !rows[0]?.some((head) => head.type === 'rich_text'), {
      message: 'the header row must not hold rich_text',
    }),
  page_size: z.int().min(1).max(LIMITS.dataTable.pageSize).optional(),
  row_header_column_index: z.int().min(0).optional(),
});
