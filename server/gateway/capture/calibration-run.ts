import type { Calibration } from '@/lib/comparison/calibration'

/** What a worker asks its gateway: to repeat one more request of a rule. */
export interface RepeatClaim {
  /** The rule and the calibration's id. */
  readonly key: string
  /** The route and the calibration's id. */
  readonly route: string
  /** Rules of the route that mirror now: so many times the requests are what the route may be sent. */
  readonly rules: number
  readonly calibration: Calibration
}

/** Asks the gateway, which counts for all its workers; the answer comes by `Calibrations.answer`. */
export type ClaimRepeat = (claim: RepeatClaim) => void

/** After a refusal the next is asked for no sooner: another worker may not have used what it was allowed. */
const PAUSE_MS = 1_000

/** One rule's calibration as one worker carries it out: a request is repeated once the gateway has allowed one more. */
export class CalibrationRun {
  private readonly claim: RepeatClaim
  private readonly ask: ClaimRepeat
  private state: 'idle' | 'asked' | 'allowed' = 'idle'
  private refusedAt = Number.NEGATIVE_INFINITY

  constructor(claim: RepeatClaim, ask: ClaimRepeat) {
    this.claim = claim
    this.ask = ask
  }

  get isIdle(): boolean {
    return this.state === 'idle'
  }

  /** Whether one may be taken, `now` in epoch milliseconds; if not, it is asked for. */
  mayTake(now: number): boolean {
    if (now >= (this.claim.calibration.untilMs ?? Number.POSITIVE_INFINITY)) return false
    if (this.state === 'idle') this.askForNext(now)
    return this.state === 'allowed'
  }

  /** Uses what is allowed, and asks for the next. */
  take(now: number): void {
    this.state = 'idle'
    this.askForNext(now)
  }

  private askForNext(now: number): void {
    if (Math.abs(now - this.refusedAt) < PAUSE_MS) return
    this.state = 'asked'
    this.ask(this.claim)
  }

  answer(isAllowed: boolean, now: number): void {
    this.state = isAllowed ? 'allowed' : 'idle'
    if (!isAllowed) this.refusedAt = now
  }

  /** Gives up what was allowed and not used; returns whether there was something. */
  giveBack(): boolean {
    if (this.state !== 'allowed') return false
    this.state = 'idle'
    return true
  }
}

/** The calibrations of one worker, by their keys: a rule on two listeners has one. */
export class Calibrations {
  private readonly runs = new Map<string, CalibrationRun>()
  private readonly ask: ClaimRepeat

  constructor(ask: ClaimRepeat) {
    this.ask = ask
  }

  /** The calibration of one rule, of so many rules of its route that mirror. */
  of(route: string, rule: number, rules: number, calibration: Calibration): CalibrationRun {
    const key = `${route}/${rule} ${calibration.id}`
    const known = this.runs.get(key)
    if (known !== undefined) return known
    const created = new CalibrationRun(
      { key, route: `${route} ${calibration.id}`, rules, calibration },
      this.ask,
    )
    this.runs.set(key, created)
    return created
  }

  answer(key: string, isAllowed: boolean): void {
    this.runs.get(key)?.answer(isAllowed, Date.now())
  }

  giveBack(key: string): boolean {
    return this.runs.get(key)?.giveBack() ?? false
  }

  /** Forgets what the next table may not have: the gateway remembers how far it came. */
  forgetIdle(): void {
    for (const [key, run] of this.runs) if (run.isIdle) this.runs.delete(key)
  }
}
