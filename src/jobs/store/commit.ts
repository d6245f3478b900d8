import type { Slot } from '../../handlers/operation';

/**
 * The one script that writes. A batch of moves is carried out as a whole or not at all: each request is compared with
 * the revision it was read at, each lock taken or found held, each audit entry appended after the very entry it names.
 *
 * A batch counts once, also when a client that lost the answer sends it again.
 *
 * KEYS  head, trail, locks, redraw, open, all, then one request key per item, then two keys per handover, then the receipt
 * ARGV  1 the batch (below), then per item: the request's JSON, its audit entry, the holder's JSON for its locks
 * Returns a JSON reply (below). "Now" is Redis TIME: the one clock of approvals.
 */
export interface Batch {
  /** Names this batch among those of its writer. */
  readonly number: number;
  readonly head: { readonly seq: number; readonly hash: string };
  /** The time that was written into requests and entries, and how far Redis' clock may be from it. */
  readonly at: number;
  readonly tolerance: number;
  readonly channel: string;
  readonly items: readonly {
    readonly id: string;
    /** The revision the request was read at; 0: it must not exist. */
    readonly expected: number;
    readonly revision: number;
    readonly askedAt: number;
    /** The hash of the head after this item. */
    readonly hash: string;
    readonly open: boolean;
    /** Milliseconds until the message must follow; below zero: none does. */
    readonly drawInMs: number;
    /** Whether the record is still needed; one that is not is dropped after 90 days. */
    readonly keep: boolean;
    readonly claim: readonly string[];
    /** One free place of each is taken: the locks `key#1` to `key#most`. */
    readonly slots: readonly Slot[];
    readonly release: boolean;
    /** `at`: the first of its two keys among KEYS, the one that goes; the next one is made of `fields`. */
    readonly handover?: { readonly at: number; readonly text: string; readonly fields: readonly string[] };
  }[];
}

/** What is stored under one key, if it is still this text, makes way for a hash under another. */
export interface Handover {
  readonly from: string;
  readonly text: string;
  readonly to: string;
  readonly fields: Readonly<Record<string, string>>;
}

export type Reply =
  | { readonly kind: 'ok'; readonly now: number }
  /** Somebody else wrote meanwhile, or the clock was off: build the batch again on this. */
  | { readonly kind: 'head'; readonly now: number; readonly seq: number; readonly hash: string }
  /** The request has another revision than it was read at. */
  | { readonly kind: 'conflict'; readonly now: number; readonly item: number }
  /** What the move hands over is not there any more. */
  | { readonly kind: 'gone'; readonly now: number; readonly item: number }
  | {
      readonly kind: 'held';
      readonly now: number;
      readonly item: number;
      readonly target: string;
      readonly holder: string;
      /** The target is a slot whose places are all taken; the holder is one of them. */
      readonly most?: number;
    };

/** How long it is known which batch of a writer was the last. Seconds; longer than any client goes on sending. */
const KEEP_RECEIPT_S = 24 * 3600;

/** How long the record of an ended request is kept. Seconds. Its audit entries stay. */
const KEEP_ENDED_S = 90 * 24 * 3600;

export const COMMIT_SCRIPT = `
local head, trail, locks, redraw, open, all = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local batch = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local receipt = KEYS[#KEYS]
if redis.call('GET', receipt) == tostring(batch.number) then return cjson.encode({kind = 'ok', now = now}) end

local at_head = redis.call('HMGET', head, 'seq', 'hash')
local seq = tonumber(at_head[1] or '0')
local hash = at_head[2] or string.rep('0', 64)
if seq ~= batch.head.seq or hash ~= batch.head.hash or math.abs(now - batch.at) > batch.tolerance then
  return cjson.encode({kind = 'head', now = now, seq = seq, hash = hash})
end

local function below(path, ancestor)
  return path == ancestor or string.sub(path, 1, #ancestor + 1) == ancestor .. '/'
end

local held = redis.call('HGETALL', locks)
local taken = {}
local holders = {}
for at = 1, #held, 2 do holders[held[at]] = held[at + 1] end
local places = {}

local function free_place(slot)
  for n = 1, slot.most do
    local place = slot.key .. '#' .. n
    if not holders[place] and not taken[place] then return place end
  end
end

for i, item in ipairs(batch.items) do
  local revision = tonumber(redis.call('HGET', KEYS[6 + i], 'revision') or '0')
  if revision ~= item.expected then return cjson.encode({kind = 'conflict', now = now, item = i - 1}) end
  local handover = item.handover
  if handover and redis.call('GET', KEYS[handover.at]) ~= handover.text then
    return cjson.encode({kind = 'gone', now = now, item = i - 1})
  end
  for _, target in ipairs(item.claim) do
    for at = 1, #held, 2 do
      if below(target, held[at]) or below(held[at], target) then
        return cjson.encode({kind = 'held', now = now, item = i - 1, target = held[at], holder = held[at + 1]})
      end
    end
    for path, holder in pairs(taken) do
      if holder.item ~= i and (below(target, path) or below(path, target)) then
        return cjson.encode({kind = 'held', now = now, item = i - 1, target = path, holder = holder.text})
      end
    end
    taken[target] = {item = i, text = ARGV[3 * i + 1]}
  end
  places[i] = {}
  for _, slot in ipairs(item.slots) do
    local place = free_place(slot)
    if not place then
      local first = slot.key .. '#1'
      local holder = holders[first] or taken[first].text
      return cjson.encode({kind = 'held', now = now, item = i - 1, target = slot.key, holder = holder, most = slot.most})
    end
    taken[place] = {item = i, text = ARGV[3 * i + 1]}
    table.insert(places[i], place)
  end
end

-- First what can fail: an entry that does not fit the trail must not leave a move without one.
for i, item in ipairs(batch.items) do
  redis.call('XADD', trail, (seq + i) .. '-1', 'entry', ARGV[3 * i])
  redis.call('HSET', head, 'seq', seq + i, 'hash', item.hash)
end
for i, item in ipairs(batch.items) do
  local key, request, holder = KEYS[6 + i], ARGV[3 * i - 1], ARGV[3 * i + 1]
  redis.call('HSET', key, 'revision', item.revision, 'json', request)
  redis.call('ZADD', all, item.askedAt, item.id)
  redis.call(item.open and 'ZADD' or 'ZREM', open, unpack(item.open and {now, item.id} or {item.id}))
  if item.keep then redis.call('PERSIST', key) else redis.call('EXPIRE', key, ${KEEP_ENDED_S}) end
  -- The earliest wish counts: steps that follow each other closely must not put the message off for ever.
  if item.drawInMs >= 0 then redis.call('ZADD', redraw, 'LT', now + item.drawInMs, item.id) end
  for _, target in ipairs(item.claim) do redis.call('HSET', locks, target, holder) end
  for _, place in ipairs(places[i]) do redis.call('HSET', locks, place, holder) end
  if item.release then
    for at = 1, #held, 2 do
      if cjson.decode(held[at + 1]).request == item.id then redis.call('HDEL', locks, held[at]) end
    end
  end
  if item.handover then
    redis.call('DEL', KEYS[item.handover.at], KEYS[item.handover.at + 1])
    redis.call('HSET', KEYS[item.handover.at + 1], unpack(item.handover.fields))
  end
  redis.call('PUBLISH', batch.channel, item.id)
end
redis.call('SET', receipt, tostring(batch.number), 'EX', ${KEEP_RECEIPT_S})
redis.call('ZREMRANGEBYSCORE', all, '-inf', now - ${KEEP_ENDED_S} * 1000)
return cjson.encode({kind = 'ok', now = now})
`;
