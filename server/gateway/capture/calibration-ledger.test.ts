import { expect, test } from 'vitest'
import { CalibrationLedger } from './calibration-ledger'
import { CalibrationRun, type RepeatClaim } from './calibration-run'

const NONE = async () => false
const claimOf = (id: string, requests: number, untilMs?: number, rule = 0): RepeatClaim => ({
  key: `default/r/${rule} ${id}`,
  route: `default/r ${id}`,
  rules: 1,
  calibration: { id, requests, ...(untilMs === undefined ? {} : { untilMs }) },
})

test('what an idle worker holds goes to the one that has traffic, and to no other', async () => {
  const ledger = new CalibrationLedger(10)
  const claim = claimOf('a', 3)
  const unused = new Set([0])
  const takeBack = async (worker: number) => unused.delete(worker)
  expect(await ledger.claim(0, claim, takeBack)).toBe(true)
  const answers: boolean[] = []
  for (let count = 0; count < 4; count++) answers.push(await ledger.claim(1, claim, takeBack))
  expect(answers).toEqual([true, true, true, false])
  expect(await ledger.claim(0, claim, takeBack)).toBe(false)
  expect(await ledger.claim(2, claimOf('b', 1), takeBack)).toBe(true)
})

test('what a worker held when it ended counts as used', async () => {
  const ledger = new CalibrationLedger(10)
  const claim = claimOf('a', 2)
  expect(await ledger.claim(0, claim, NONE)).toBe(true)
  ledger.forgetWorker(0)
  const always = async () => true
  expect(await ledger.claim(1, claim, always)).toBe(true)
  // Only its own is there to be given back, and it has used that.
  expect(await ledger.claim(1, claim, always)).toBe(false)
})

test('calibrationsMax: a further one begins once one is past its end', async () => {
  const ledger = new CalibrationLedger(2)
  expect(await ledger.claim(0, claimOf('a', 9), NONE)).toBe(true)
  expect(await ledger.claim(0, claimOf('b', 9, Date.now() + 60_000), NONE)).toBe(true)
  expect(await ledger.claim(0, claimOf('c', 9), NONE)).toBe(false)
  const other = new CalibrationLedger(1)
  expect(await other.claim(0, claimOf('past', 9, Date.now() - 1), NONE)).toBe(true)
  expect(await other.claim(0, claimOf('c', 9), NONE)).toBe(true)
})

test('a worker repeats only what it was allowed, and asks seldom once refused', () => {
  const asked: RepeatClaim[] = []
  const run = new CalibrationRun(claimOf('a', 9, 100_000), (claim) => asked.push(claim))
  expect(run.mayTake(0)).toBe(false)
  expect(run.mayTake(1)).toBe(false)
  expect(asked).toHaveLength(1)
  run.answer(true, 1)
  expect(run.mayTake(2)).toBe(true)
  run.take(2)
  expect(run.mayTake(3)).toBe(false)
  expect(asked).toHaveLength(2)
  run.answer(true, 4)
  expect([run.giveBack(), run.giveBack()]).toEqual([true, false])
  expect(run.mayTake(5)).toBe(false)
  run.answer(false, 5)
  for (let now = 6; now < 1_005; now++) run.mayTake(now)
  expect(asked).toHaveLength(3)
  run.mayTake(1_005)
  expect(asked).toHaveLength(4)
  run.answer(true, 1_006)
  expect(run.mayTake(100_000)).toBe(false)
})

test('a rule that has changed its place does not begin anew', async () => {
  const ledger = new CalibrationLedger(10)
  const before = claimOf('a', 3)
  for (let count = 0; count < 3; count++) expect(await ledger.claim(0, before, NONE)).toBe(true)
  const moved = claimOf('a', 3, undefined, 1)
  expect(await ledger.claim(0, moved, NONE)).toBe(false)
  // A second rule that mirrors was not there before: what it costs is its own.
  const both = { ...moved, rules: 2 }
  const answers: boolean[] = []
  for (let count = 0; count < 4; count++) answers.push(await ledger.claim(0, both, NONE))
  expect(answers).toEqual([true, true, true, false])
})
