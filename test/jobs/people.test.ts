import { createMembers } from '../../src/jobs/rules/people';

test('a group is asked for once, however many want to know at once, and what was not told is asked again', async () => {
  let asked = 0;
  let told: readonly string[] | null = null;
  const members = createMembers({
    membersOf: async () => {
      asked += 1;
      await Promise.resolve();
      return told;
    },
  });
  const all = await Promise.all(Array.from({ length: 20 }, () => members(['S1'])));
  expect([asked, all.every((one) => one.get('S1') === null)]).toEqual([1, true]);
  told = ['UBEN'];
  expect((await members(['S1'])).get('S1')).toEqual(['UBEN']);
  expect((await members(['S1'])).get('S1')).toEqual(['UBEN']);
  expect(asked).toBe(2);
});
