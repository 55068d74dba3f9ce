/** The one place where the browser talks to the dashboard API: every failure leaves here as a DashboardRequestError. */
import type {
  DashboardError,
  DashboardErrorCode,
  KubernetesStatus,
} from '@/lib/dashboard-api/errors'
import { noteSession } from './session'

const SERVER_GONE =
  'The dashboard server does not answer. Check that it is still running, then try again.'

/** A failed call of the dashboard API; `message` is a sentence for a person. */
export class DashboardRequestError extends Error {
  readonly code: DashboardErrorCode
  readonly httpStatus: number
  readonly status: KubernetesStatus | undefined

  constructor(error: DashboardError, httpStatus: number) {
    super(error.message)
    this.name = 'DashboardRequestError'
    this.code = error.code
    this.httpStatus = httpStatus
    this.status = error.status
  }
}

function isDashboardError(value: unknown): value is DashboardError {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    'message' in value &&
    typeof value.message === 'string'
  )
}

/** Any thrown value as an error with a sentence in it. */
export function toDashboardError(thrown: unknown): DashboardRequestError {
  if (thrown instanceof DashboardRequestError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new DashboardRequestError({ code: 'internal', message }, 0)
}

async function errorOf(response: Response): Promise<DashboardRequestError> {
  const body: unknown = await response.json().catch(() => undefined)
  if (isDashboardError(body)) return new DashboardRequestError(body, response.status)
  const message = `The dashboard API answered ${response.status} without an explanation.`
  return new DashboardRequestError({ code: 'internal', message }, response.status)
}

/** The response when its status is 2xx; throws a DashboardRequestError otherwise. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, { cache: 'no-store', ...init })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new DashboardRequestError({ code: 'internal', message: SERVER_GONE }, 0)
  }
  noteSession(response.status !== 401)
  if (!response.ok) throw await errorOf(response)
  return response
}

/** The JSON answer of a GET. Its shape is the contract's word: both sides are built from lib/dashboard-api. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await request(path, signal ? { signal } : {})
  return (await response.json()) as T
}

export async function postJson<T>(path: string, body: unknown): Promise<T> {
  const response = await request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return (await response.json()) as T
}

export async function sendDelete(path: string): Promise<void> {
  await request(path, { method: 'DELETE' })
}
