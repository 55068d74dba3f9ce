/** Every answer of the dashboard API leaves here: JSON, never cached, errors in one shape. */
import type { DashboardError } from '@/lib/dashboard-api/errors'
import type { KubeError } from '@/server/kube/kube-error'
import { createLogger } from '@/server/log'

const logger = createLogger('dashboard')

/** Thrown by a handler to answer with an error of its own. */
export class DashboardFailure extends Error {
  readonly httpStatus: number
  readonly error: DashboardError

  constructor(httpStatus: number, error: DashboardError) {
    super(error.message)
    this.name = 'DashboardFailure'
    this.httpStatus = httpStatus
    this.error = error
  }
}

const NO_STORE = { 'cache-control': 'no-store' }

/** Runs a handler and turns what it returns or throws into a response. */
export async function respond(handle: () => Promise<unknown> | unknown): Promise<Response> {
  try {
    const result = await handle()
    return result instanceof Response ? result : Response.json(result, { headers: NO_STORE })
  } catch (thrown) {
    const { httpStatus, error } = toFailure(thrown)
    return Response.json(error, { status: httpStatus, headers: NO_STORE })
  }
}

function toFailure(thrown: unknown): Pick<DashboardFailure, 'httpStatus' | 'error'> {
  if (isNamed<DashboardFailure>(thrown, 'DashboardFailure')) return thrown
  if (isNamed<KubeError>(thrown, 'KubeError')) return fromKubeError(thrown)
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  logger.error('a handler failed', { message, stack: thrown instanceof Error ? thrown.stack : '' })
  const sentence = 'The dashboard failed to answer; its log says why.'
  return { httpStatus: 500, error: { code: 'internal', message: sentence } }
}

function fromKubeError(error: KubeError): Pick<DashboardFailure, 'httpStatus' | 'error'> {
  if (!error.status)
    return { httpStatus: 502, error: { code: 'cluster-unreachable', message: error.message } }
  const { status, message } = error
  if (status.code === 404) return { httpStatus: 404, error: { code: 'not-found', message, status } }
  return { httpStatus: 502, error: { code: 'kubernetes-error', message, status } }
}

/** By name, not `instanceof`: a class may exist once for each copy of its module. */
function isNamed<T extends Error>(thrown: unknown, name: T['name']): thrown is T {
  return thrown instanceof Error && thrown.name === name
}

/** The request's JSON checked by `parse`; throws a failure that names the first wrong field. */
export async function readJson<T>(
  request: Request,
  schema: { safeParse(value: unknown): SafeParse<T> },
  bytesMax: number,
): Promise<T> {
  const text = await readText(request, bytesMax)
  if (text === null) {
    const message = `The request is larger than ${bytesMax} bytes.`
    throw new DashboardFailure(413, { code: 'too-large', message })
  }
  return checked(parseJson(text), schema)
}

/** The value as the schema reads it; throws a failure that names the first wrong field. */
export function checked<T>(value: unknown, schema: { safeParse(value: unknown): SafeParse<T> }): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const message = `${issue?.path.join('.') || 'The request'}: ${issue?.message ?? 'is not valid'}.`
  throw new DashboardFailure(400, { code: 'bad-request', message })
}

/** The body, or null as soon as it is longer than allowed: the rest is not kept. */
async function readText(request: Request, bytesMax: number): Promise<string | null> {
  const reader = request.body?.getReader()
  const chunks: Uint8Array[] = []
  let bytes = 0
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    bytes += read.value.length
    if (bytes > bytesMax) {
      await reader?.cancel()
      return null
    }
    chunks.push(read.value)
  }
  return Buffer.concat(chunks).toString('utf8')
}

type SafeParse<T> =
  | { success: true; data: T }
  | { success: false; error: { issues: { path: PropertyKey[]; message: string }[] } }

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new DashboardFailure(400, { code: 'bad-request', message: 'The request is not JSON.' })
  }
}
