/** The annotation `mirrorboard.dev/mirror-budget` of an HTTPRoute: how much may be copied, and until when. */
import { parseInstant, parseJsonObject } from '@/lib/comparison/annotation-json'

export const MIRROR_BUDGET_ANNOTATION = 'mirrorboard.dev/mirror-budget'

/** Of each mirror of the route; what is not written is not limited. */
export interface MirrorBudget {
  /** Copies started per second. */
  readonly requestsPerSecond?: number
  /** Copies outstanding at one moment. */
  readonly inFlight?: number
  /** Epoch milliseconds from which on nothing is copied. */
  readonly untilMs?: number
}

export type ParsedBudget =
  | { readonly ok: true; readonly budget: MirrorBudget }
  /** `message` says what is wrong and what is allowed. */
  | { readonly ok: false; readonly message: string }

export const BUDGET_RATE_MAX = 1_000_000
export const BUDGET_IN_FLIGHT_MAX = 100_000
const FIELDS = ['requestsPerSecond', 'inFlight', 'until']

/** Reads the annotation's JSON, such as `{"requestsPerSecond":50,"inFlight":20,"until":"2026-12-01T00:00:00Z"}`. */
export function parseMirrorBudget(text: string): ParsedBudget {
  const value = parseJsonObject(text)
  if (value === null) return refuse('must be a JSON object such as {"requestsPerSecond": 50}')
  const unknown = Object.keys(value).find((name) => !FIELDS.includes(name))
  if (unknown !== undefined) {
    return refuse(`has no setting "${unknown.slice(0, 100)}"; it takes ${FIELDS.join(', ')}`)
  }
  const { requestsPerSecond, inFlight, until } = value
  if (!isAbsentOr(requestsPerSecond, (rate) => rate > 0 && rate <= BUDGET_RATE_MAX)) {
    return refuse(`: requestsPerSecond must be a number above 0 and up to ${BUDGET_RATE_MAX}`)
  }
  const isCount = (count: number) =>
    Number.isInteger(count) && count >= 1 && count <= BUDGET_IN_FLIGHT_MAX
  if (!isAbsentOr(inFlight, isCount)) {
    return refuse(`: inFlight must be a whole number from 1 to ${BUDGET_IN_FLIGHT_MAX}`)
  }
  const untilMs = until === undefined ? undefined : parseInstant(until)
  if (untilMs === null) return refuse(': until must be a time such as "2026-12-01T00:00:00Z"')
  return {
    ok: true,
    budget: {
      ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
      ...(inFlight === undefined ? {} : { inFlight }),
      ...(untilMs === undefined ? {} : { untilMs }),
    },
  }
}

function isAbsentOr(
  value: unknown,
  isAllowed: (value: number) => boolean,
): value is number | undefined {
  return value === undefined || (typeof value === 'number' && isAllowed(value))
}

function refuse(problem: string): ParsedBudget {
  const separator = problem.startsWith(':') ? '' : ' '
  return {
    ok: false,
    message: `Annotation ${MIRROR_BUDGET_ANNOTATION}${separator}${problem}. Until it is corrected nothing is mirrored.`,
  }
}
