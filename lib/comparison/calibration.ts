/**
 * The annotation `mirrorboard.dev/calibration` of an HTTPRoute: how many safe requests are sent to the primary a second
 * time, to learn where its answers differ from one another.
 */
import { parseInstant, parseJsonObject } from '@/lib/comparison/annotation-json'

export const CALIBRATION_ANNOTATION = 'mirrorboard.dev/calibration'
export const CALIBRATION_REQUESTS_MAX = 10_000

export interface Calibration {
  /** Each distinct id is one calibration: the same id is not carried out again. */
  readonly id: string
  readonly requests: number
  /** Epoch milliseconds from which on none is sent, so that a restarted gateway does not begin an old one anew. */
  readonly untilMs?: number
}

export type ParsedCalibration =
  | { readonly ok: true; readonly calibration: Calibration }
  /** `message` says what is wrong and what is allowed. */
  | { readonly ok: false; readonly message: string }

const FIELDS = ['id', 'requests', 'until']

/** Reads the annotation's JSON, such as `{"id":"monday","requests":100,"until":"2026-12-01T00:00:00Z"}`. */
export function parseCalibration(text: string): ParsedCalibration {
  const value = parseJsonObject(text)
  if (value === null) return refuse('must be a JSON object such as {"id": "1", "requests": 100}')
  const unknown = Object.keys(value).find((name) => !FIELDS.includes(name))
  if (unknown !== undefined) {
    return refuse(`has no setting "${unknown.slice(0, 100)}"; it takes ${FIELDS.join(', ')}`)
  }
  const { id, requests, until } = value
  if (typeof id !== 'string' || id === '' || id.length > 100) {
    return refuse(': id must be a string of 1 to 100 characters')
  }
  if (typeof requests !== 'number' || !Number.isInteger(requests) || requests < 1) {
    return refuse(': requests must be a whole number above 0')
  }
  if (requests > CALIBRATION_REQUESTS_MAX) {
    return refuse(`: requests must be at most ${CALIBRATION_REQUESTS_MAX}`)
  }
  const untilMs = until === undefined ? undefined : parseInstant(until)
  if (untilMs === null) return refuse(': until must be a time such as "2026-12-01T00:00:00Z"')
  return { ok: true, calibration: { id, requests, ...(untilMs === undefined ? {} : { untilMs }) } }
}

function refuse(problem: string): ParsedCalibration {
  const separator = problem.startsWith(':') ? '' : ' '
  return { ok: false, message: `Annotation ${CALIBRATION_ANNOTATION}${separator}${problem}.` }
}
