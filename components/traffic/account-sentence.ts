/** The accounting identity in words with numbers. Pure. */
import { formatCount, plural } from '@/components/format/numbers'
import type { CaptureCounts, MirrorAccount, RetryCounts } from '@/lib/dashboard-api/series'

export interface AccountSentences {
  /** `1,000 requests = 290 mirrored + 710 not sampled`. */
  readonly requests: string
  /** `290 mirrored = 288 answered + 2 failed (timeout 2)`. */
  readonly mirrored: string
  readonly holds: boolean
}

type ByReason = Readonly<Record<string, number>>

function sum(byReason: ByReason): number {
  return Object.values(byReason).reduce((total, count) => total + count, 0)
}

function withReasons(noun: string, byReason: ByReason): string {
  const reasons = Object.entries(byReason)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${reason.replaceAll('_', ' ')} ${formatCount(count)}`)
  return `${formatCount(sum(byReason))} ${noun} (${reasons.join(', ')})`
}

/** `1,200 pairs captured for comparison, repeats of a noise measurement included, 30 given up (…)`; null where none was to be. */
export function captureSentence({ captured, givenUp }: CaptureCounts): string | null {
  const lost = sum(givenUp)
  if (captured + lost === 0) return null
  const pairs = `${plural(captured, 'pair')} captured for comparison, repeats of a noise measurement included`
  return lost === 0 ? `${pairs}.` : `${pairs}, ${withReasons('dropped', givenUp)}.`
}

const REFUSED: Readonly<Record<string, string>> = {
  in_flight_limit: 'as many requests to the backend were being retried as may be at once',
  body_limit: 'the request body was too large to keep',
  attempts_limit: 'the rule asks for more attempts than a request may have',
}

/** How often backends were asked again, and why not more often; null where there was nothing to retry. */
export function retrySentence({ made, refused }: RetryCounts): string | null {
  const missing = sum(refused)
  if (made + missing === 0) return null
  const retries = `${made === 1 ? '1 retry' : `${formatCount(made)} retries`} made`
  if (missing === 0) return `${retries}.`
  const reasons = Object.entries(refused).map(
    ([reason, count]) => `${formatCount(count)} because ${REFUSED[reason] ?? reason}`,
  )
  return `${retries}, ${formatCount(missing)} not, where the last answer was handed over: ${reasons.join(', ')}.`
}

/** Both equations; a term that is zero is left out, except the first so that the equation stays one. */
export function accountSentences(account: MirrorAccount): AccountSentences {
  const skipped = sum(account.skipped)
  const dropped = sum(account.dropped)
  const failed = sum(account.failed)
  const left = [
    `${formatCount(account.mirrored)} mirrored`,
    ...(account.notSampled > 0 ? [`${formatCount(account.notSampled)} not sampled`] : []),
    ...(skipped > 0 ? [withReasons('skipped', account.skipped)] : []),
    ...(dropped > 0 ? [withReasons('dropped', account.dropped)] : []),
  ]
  const before = account.inFlightBefore ?? 0
  const lost = account.lostInFlight ?? 0
  const copies = [
    `${formatCount(account.mirrored)} mirrored`,
    ...(before > 0 ? [`${formatCount(before)} in flight before`] : []),
  ]
  const right = [
    `${formatCount(account.answered)} answered`,
    ...(failed > 0 ? [withReasons('failed', account.failed)] : []),
    ...(account.inFlight > 0 ? [`${formatCount(account.inFlight)} in flight`] : []),
    ...(lost > 0 ? [`${formatCount(lost)} with unknown outcome`] : []),
  ]
  const addsUp =
    account.requests === account.mirrored + account.notSampled + skipped + dropped &&
    account.mirrored + before === account.answered + failed + account.inFlight + lost
  return {
    requests: `${formatCount(account.requests)} requests = ${left.join(' + ')}`,
    mirrored: `${copies.join(' + ')} = ${right.join(' + ')}`,
    holds: account.holds && addsUp,
  }
}
