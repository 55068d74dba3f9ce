import { expect, test } from 'vitest'
import { createLogger } from '../../../log'
import { QUEUE_KEYS_MAX, QUEUE_WORKERS_MAX, RETRY_MS_MAX, RETRY_MS_MIN } from './limits'
import { createWorkQueue, DONE, type Reconciled } from './work-queue'

/** A queue whose timers are only noted: `[delayMs, callback]`. */
function queueOf(reconcile: (key: string) => Promise<Reconciled>, onOverflow = () => {}) {
  const timers: [number, () => void][] = []
  const queue = createWorkQueue({
    reconcile,
    onOverflow,
    logger: createLogger('workloads', () => {}),
    clock: {
      now: () => 0,
      schedule(callback, delayMs) {
        timers.push([delayMs, callback])
        return () => {}
      },
    },
  })
  return { queue, timers }
}

test('works on a key once however often it is added while it waits', async () => {
  const worked: string[] = []
  const { queue } = queueOf(async (key) => {
    worked.push(key)
    return DONE
  })
  for (const key of ['a', 'b', 'a', 'a']) queue.add(key)
  await queue.settled()
  expect(worked).toEqual(['a', 'b'])
})

test('never works on one key twice at once, and again when it was added meanwhile', async () => {
  let active = 0
  let mostActive = 0
  let turns = 0
  const { queue } = queueOf(async () => {
    active += 1
    turns += 1
    mostActive = Math.max(mostActive, active)
    if (turns === 1) queue.add('a')
    await Promise.resolve()
    active -= 1
    return DONE
  })
  queue.add('a')
  await queue.settled()
  expect([turns, mostActive]).toEqual([2, 1])
})

test('works on a bounded number of keys at a time', async () => {
  let active = 0
  let mostActive = 0
  const { queue } = queueOf(async () => {
    active += 1
    mostActive = Math.max(mostActive, active)
    await Promise.resolve()
    active -= 1
    return DONE
  })
  for (let index = 0; index < QUEUE_WORKERS_MAX * 3; index += 1) queue.add(`${index}`)
  await queue.settled()
  expect(mostActive).toBe(QUEUE_WORKERS_MAX)
})

test('tries a failed key again with a wait that doubles up to its limit, and starts over after success', async () => {
  let isFailing = true
  const { queue, timers } = queueOf(async () => {
    if (isFailing) throw new Error('no')
    return DONE
  })
  const nextDelay = async () => {
    await queue.settled()
    const [delayMs, callback] = timers.pop() ?? [0, () => {}]
    callback()
    return delayMs
  }
  queue.add('a')
  const delays: number[] = []
  for (let index = 0; index < 14; index += 1) delays.push(await nextDelay())
  expect(delays.slice(0, 3)).toEqual([RETRY_MS_MIN, RETRY_MS_MIN * 2, RETRY_MS_MIN * 4])
  expect(delays.at(-1)).toBe(RETRY_MS_MAX)
  isFailing = false
  await nextDelay()
  await queue.settled()
  isFailing = true
  queue.add('a')
  expect(await nextDelay()).toBe(RETRY_MS_MIN)
  await queue.stop()
})

test('drops keys above its limit and asks for everything afresh once there is room', async () => {
  let worked = 0
  let overflows = 0
  const { queue } = queueOf(
    async () => {
      worked += 1
      return DONE
    },
    () => {
      overflows += 1
    },
  )
  for (let index = 0; index < QUEUE_KEYS_MAX + 5; index += 1) queue.add(`${index}`)
  while (overflows === 0) await new Promise((resolve) => setImmediate(resolve))
  expect([worked, overflows]).toEqual([QUEUE_KEYS_MAX, 1])
})

test('does nothing more once it is stopped', async () => {
  let worked = 0
  const { queue, timers } = queueOf(async () => {
    worked += 1
    return { kind: 'later', afterMs: 5 }
  })
  queue.add('a')
  await queue.settled()
  await queue.stop()
  queue.add('b')
  for (const [, callback] of timers) callback()
  await queue.settled()
  expect(worked).toBe(1)
})
