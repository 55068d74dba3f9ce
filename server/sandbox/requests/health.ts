/** GET /healthz, /livez and /readyz, whole, check by check, or one. https://kubernetes.io/docs/reference/using-api/health-checks/ */
import { goQuote } from '@/lib/validation/go-text'
import { pageNotFound } from '../api/status-error'
import type { Store } from '../storage/store'
import { type Answer, failed } from './answer'

type Endpoint = 'healthz' | 'livez' | 'readyz'

interface Check {
  readonly name: string
  readonly endpoints: readonly Endpoint[]
  /** Why it fails now; undefined when all is well. */
  problem(): string | undefined
}

const ALL: readonly Endpoint[] = ['healthz', 'livez', 'readyz']
const PATH = /^\/(healthz|livez|readyz)(?:\/([^/]*))?\/?$/

/** What the server knows of its own health. */
export class Health {
  readonly #checks: readonly Check[]
  #isStopping = false

  constructor(store: Store) {
    const isLost = () => (store.isClosed ? 'the store is closed' : undefined)
    this.#checks = [
      { name: 'ping', endpoints: ALL, problem: () => undefined },
      { name: 'storage', endpoints: ALL, problem: isLost },
      { name: 'storage-writes', endpoints: ['readyz'], problem: () => store.writeProblem },
      {
        name: 'shutdown',
        endpoints: ['readyz'],
        problem: () => (this.#isStopping ? 'the server is shutting down' : undefined),
      },
    ]
  }

  /** From now on the server is not ready. */
  stop(): void {
    this.#isStopping = true
  }

  /** The answer for a path; undefined when it is none of these. Everybody may ask. */
  answer(path: string, query: URLSearchParams): Answer | undefined {
    const match = PATH.exec(path)
    if (match === null) return undefined
    const endpoint = ALL.find((name) => name === match[1]) ?? 'healthz'
    const checks = this.#checks.filter((check) => check.endpoints.includes(endpoint))
    const only = match[2] ?? ''
    if (only === '') return answerAll(endpoint, checks, query)
    const check = checks.find(({ name }) => name === only)
    if (check === undefined) return failed(pageNotFound())
    const problem = check.problem()
    return problem === undefined
      ? text(200, 'ok')
      : text(500, `internal server error: ${problem}\n`)
  }
}

function answerAll(endpoint: Endpoint, checks: readonly Check[], query: URLSearchParams): Answer {
  const excluded = new Set(query.getAll('exclude'))
  const lines: string[] = []
  let hasFailed = false
  for (const { name, problem } of checks) {
    if (excluded.delete(name)) lines.push(`[+]${name} excluded: ok`)
    else if (problem() === undefined) lines.push(`[+]${name} ok`)
    else {
      hasFailed = true
      lines.push(`[-]${name} failed: ${problem()}`)
    }
  }
  if (excluded.size > 0) {
    const names = [...excluded].map(goQuote).join(', ')
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`)
  }
  if (!hasFailed && !query.has('verbose')) return text(200, 'ok')
  const verdict = `${endpoint} check ${hasFailed ? 'failed' : 'passed'}`
  return text(hasFailed ? 500 : 200, `${[...lines, verdict].join('\n')}\n`)
}

function text(code: number, content: string): Answer {
  return { is: 'text', code, text: content, headers: { 'X-Content-Type-Options': 'nosniff' } }
}
