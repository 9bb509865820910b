/**
 * What `sliding-count.ts` and `memory-limit-store.ts` do, as scripts: Redis runs each whole, so that replicas can share
 * a budget without losing or spending any of it twice. A count is a hash of amounts by slot; answers in the making are
 * a sorted set by the time at which they are forgotten, since a replica that dies gives nothing back.
 *
 * KEYS are always requests, tokens, daily tokens, generations of one API key. ARGV begins with the time in milliseconds
 * (empty: Redis's own clock, one for all replicas), then period and slot of the minute's counts and of the day's.
 */
const PRELUDE = `
local function num(i) return tonumber(ARGV[i]) end
local now = num(1)
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local minute = { period = num(2), slot = num(3) }
local day = { period = num(4), slot = num(5) }

local function leaves_at(window, slot) return (slot + 1) * window.slot + window.period end

local function read(key, window)
  local flat = redis.call('HGETALL', key)
  local count = { key = key, window = window, total = 0, slots = {}, amounts = {} }
  for i = 1, #flat, 2 do
    local slot, amount = tonumber(flat[i]), tonumber(flat[i + 1])
    if leaves_at(window, slot) <= now then
      redis.call('HDEL', key, flat[i])
    else
      count.total = count.total + amount
      table.insert(count.slots, slot)
      count.amounts[slot] = amount
    end
  end
  table.sort(count.slots)
  return count
end

local function slot_now(window) return math.floor(now / window.slot) end

local function change(count, slot, amount)
  if amount == 0 then return end
  local changed = redis.call('HINCRBY', count.key, string.format('%.0f', slot), string.format('%.0f', amount))
  if changed == 0 then redis.call('HDEL', count.key, string.format('%.0f', slot)) end
  redis.call('PEXPIRE', count.key, string.format('%.0f', count.window.period + 2 * count.window.slot))
end

local function empty_in(count)
  if #count.slots == 0 then return 0 end
  return math.ceil(leaves_at(count.window, count.slots[#count.slots]) - now)
end

local function within_in(count, room)
  local left = count.total
  if left <= room then return 0 end
  for _, slot in ipairs(count.slots) do
    left = left - count.amounts[slot]
    if left <= room then return math.ceil(leaves_at(count.window, slot) - now) end
  end
  return empty_in(count)
end

local function forget_leases() redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', string.format('%.0f', now)) end
`;

/**
 * ARGV goes on: limits of requests, tokens, daily tokens, generations (-1 for none), then tokens, generations, lease,
 * milliseconds of a lease.
 *
 * Returns which limit was broken (empty for none), when to come back (-1: unknown), total and time to empty of requests
 * and of tokens, and the slots of the three counts.
 */
export const CLAIM_SCRIPT = `${PRELUDE}
local most = { requests = num(6), tokens = num(7), daily = num(8), generations = num(9) }
local tokens, generations, lease, lease_ms = num(10), num(11), ARGV[12], num(13)
local requests_count, tokens_count = read(KEYS[1], minute), read(KEYS[2], minute)
local daily_count = read(KEYS[3], day)

local function wait(count, amount, limit)
  if limit < 0 then return 0 end
  return within_in(count, limit - amount)
end

local function state(broken, retry, slots)
  local reply = { broken, retry, requests_count.total, empty_in(requests_count), tokens_count.total, empty_in(tokens_count) }
  for _, slot in ipairs(slots) do table.insert(reply, slot) end
  return reply
end

local daily_wait = wait(daily_count, tokens, most.daily)
if daily_wait > 0 then return state('daily_tokens', daily_wait, {}) end
local requests_wait = wait(requests_count, 1, most.requests)
local tokens_wait = wait(tokens_count, tokens, most.tokens)
if tokens_wait > requests_wait then return state('tokens', tokens_wait, {}) end
if requests_wait > 0 then return state('requests', requests_wait, {}) end
forget_leases()
if most.generations >= 0 and redis.call('ZCARD', KEYS[4]) + generations > most.generations then
  return state('concurrency', -1, {})
end

change(requests_count, slot_now(minute), 1)
change(tokens_count, slot_now(minute), tokens)
change(daily_count, slot_now(day), tokens)
for i = 1, generations do
  redis.call('ZADD', KEYS[4], string.format('%.0f', now + lease_ms), lease .. ':' .. i)
end
if generations > 0 then redis.call('PEXPIRE', KEYS[4], string.format('%.0f', 2 * lease_ms)) end
requests_count, tokens_count = read(KEYS[1], minute), read(KEYS[2], minute)
return state('', -1, { slot_now(minute), slot_now(minute), slot_now(day) })
`;

/**
 * ARGV goes on: what to add to requests, to tokens, slots of the three counts, lease, generations. As
 * `SlidingCount.correct`.
 */
export const SETTLE_SCRIPT = `${PRELUDE}
local function correct(key, window, slot, difference)
  local count = read(key, window)
  if difference > 0 then
    change(count, slot_now(window), difference)
  elseif count.amounts[slot] then
    change(count, slot, math.max(difference, -count.amounts[slot]))
  end
end
correct(KEYS[1], minute, num(8), num(6))
correct(KEYS[2], minute, num(9), num(7))
correct(KEYS[3], day, num(10), num(7))
for i = 1, num(12) do redis.call('ZREM', KEYS[4], ARGV[11] .. ':' .. i) end
return 1
`;

/** ARGV goes on: milliseconds of a lease, then the members that are alive. */
export const RENEW_SCRIPT = `${PRELUDE}
for i = 7, #ARGV do redis.call('ZADD', KEYS[4], string.format('%.0f', now + num(6)), ARGV[i]) end
redis.call('PEXPIRE', KEYS[4], string.format('%.0f', 2 * num(6)))
return 1
`;

/** Returns requests and tokens of the last minute, tokens of the last day, generations. */
export const USAGE_SCRIPT = `${PRELUDE}
forget_leases()
return {
  read(KEYS[1], minute).total, read(KEYS[2], minute).total, read(KEYS[3], day).total, redis.call('ZCARD', KEYS[4]),
}
`;
