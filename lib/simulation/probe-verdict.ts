/** The answer to a request and what was foretold of it → whether they agree, in sentences. Pure. */

import type { ProbeAnswer } from '@/lib/dashboard-api/probe'
import type { EndpointSlice } from '@/lib/gateway-api/types'
import type { ForetoldBackend } from '@/lib/routing/foretell'
import { MIRROR_HOPS_HEADER } from '@/lib/routing/forward-request'
import { splitLines } from '@/lib/routing/header-edits'
import { localName } from '@/lib/traffic/names'
import type { SimulatedOutcome, Simulation } from './match-simulation'
import { fromWire } from './simulation-requests'

export type Answered = Extract<ProbeAnswer, { readonly outcome: 'answered' }>

export interface ProbeVerdict {
  /** `untold` when the answer does not say enough to tell. */
  readonly state: 'agrees' | 'differs' | 'untold'
  readonly sentences: readonly string[]
}

/** What an echo backend says it got; see https://github.com/kubernetes-sigs/gateway-api/tree/main/conformance/echo-basic. */
interface Echo {
  readonly path: string
  readonly host: string
  readonly method: string
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly namespace: string
  readonly pod: string
}

/**
 * Compares an answer with the simulation of the live routes. Of another implementation than Mirrorboard's gateway
 * (`isOwn` false) the headers that it adds itself are left out.
 */
export function probeVerdict(
  live: Simulation,
  answer: Answered,
  endpointSlices: readonly EndpointSlice[],
  isOwn: boolean,
): ProbeVerdict {
  const echo = readEcho(answer)
  const expected = ownAnswer(live)
  if (expected !== null) return ownVerdict(expected, answer, echo)
  if (live.refused !== null || live.outcome === null) return UNTOLD
  const { outcome } = live
  if (echo !== null) return echoVerdict(outcome, echo, endpointSlices, isOwn)
  const unable = outcome.backends.find(({ answeredWith }) => answeredWith === answer.status)
  if (isOwnText(answer)) return gatewayVerdict(answer, unable, outcome)
  const able = outcome.backends.filter(({ answeredWith }) => answeredWith === null)
  const [only] = able
  const who = able.map(({ entry }) => nameOf(entry.cluster, outcome)).join(' or ')
  if (only === undefined) {
    return differs(`No backend can answer this request, yet the status is ${answer.status}.`)
  }
  return {
    state: 'untold',
    sentences: [
      `The answer comes from behind the Gateway: from ${who}.`,
      'It does not echo what the backend was sent, so that cannot be compared.',
    ],
  }
}

const UNTOLD: ProbeVerdict = { state: 'untold', sentences: [] }

function differs(...sentences: readonly string[]): ProbeVerdict {
  return { state: 'differs', sentences }
}

function nameOf(cluster: string, { winner }: SimulatedOutcome): string {
  return localName(cluster, winner.route.key)
}

interface OwnAnswer {
  readonly status: number
  readonly location: string | undefined
}

/** What the gateway should answer without a backend; null when it should forward. */
function ownAnswer(live: Simulation): OwnAnswer | null {
  if (live.refused !== null) return { status: 400, location: undefined }
  if (live.outcome === null) return { status: 404, location: undefined }
  const { answer } = live.outcome
  if (answer === null) return null
  const lines = splitLines(answer.lines)
  const at = lines.findIndex((name) => name.toLowerCase() === 'location')
  return { status: answer.status, location: at === -1 ? undefined : lines[at + 1] }
}

function ownVerdict(expected: OwnAnswer, answer: Answered, echo: Echo | null): ProbeVerdict {
  if (echo !== null) {
    return differs(
      `A backend answered (Pod ${echo.pod}); predicted was the gateway’s own ${expected.status}.`,
    )
  }
  const location = headerOf(answer, 'location')
  if (answer.status !== expected.status) {
    return differs(`The status is ${answer.status}; predicted was ${expected.status}.`)
  }
  if (expected.location !== undefined && location !== expected.location) {
    return differs(
      `The client is sent to ${location ?? 'nowhere'}; predicted was ${expected.location}.`,
    )
  }
  const where = expected.location === undefined ? '' : `, to ${expected.location}`
  return {
    state: 'agrees',
    sentences: [`The gateway answered ${answer.status}${where}, as predicted.`],
  }
}

/** The small text that Mirrorboard's gateway writes into an answer of its own. */
function isOwnText({ status, reason, body, headers }: Answered): boolean {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  return type.startsWith('text/plain') && body.text === `${status} ${reason}\n`
}

function gatewayVerdict(
  { status }: Answered,
  unable: ForetoldBackend | undefined,
  outcome: SimulatedOutcome,
): ProbeVerdict {
  if (unable !== undefined) {
    const { entry, probability } = unable
    const share = probability === 1 ? '' : ' for some of the requests'
    const who = nameOf(entry.cluster, outcome)
    return {
      state: 'agrees',
      sentences: [`The gateway answered ${status} in place of ${who}, as predicted${share}.`],
    }
  }
  if (status === 502 || status === 504) {
    return differs(
      status === 502
        ? 'The gateway answered 502: the backend refused the connection or closed it early.'
        : 'The gateway answered 504: the backend took too long.',
    )
  }
  return differs(
    `The gateway answered ${status} itself; predicted was that it forwards the request.`,
  )
}

function headerOf({ headers }: Answered, lowerName: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === lowerName)?.[1]
}

function readEcho({ body }: Answered): Echo | null {
  if (body.text === null || !body.text.startsWith('{')) return null
  try {
    const value: unknown = JSON.parse(body.text)
    return isEcho(value) ? value : null
  } catch {
    return null
  }
}

function isEcho(value: unknown): value is Echo {
  if (typeof value !== 'object' || value === null) return false
  const { path, host, method, headers, namespace, pod } = value as Partial<Record<string, unknown>>
  const texts = [path, host, method, namespace, pod]
  if (!texts.every((text) => typeof text === 'string')) return false
  if (typeof headers !== 'object' || headers === null) return false
  return Object.values(headers).every((values) => Array.isArray(values))
}

function echoVerdict(
  outcome: SimulatedOutcome,
  echo: Echo,
  slices: readonly EndpointSlice[],
  isOwn: boolean,
): ProbeVerdict {
  if (echo.pod === '') return namelessVerdict(outcome, echo, isOwn)
  const services = servicesOf(echo, slices)
  const backend = outcome.backends.find(({ entry }) =>
    services.some((service) => entry.cluster.startsWith(`${service}:`)),
  )
  const pod = `Pod ${echo.pod}`
  if (backend === undefined) {
    const of = services.length === 0 ? '' : ` of Service ${services.join(' and ')}`
    return differs(`${pod}${of} answered; it belongs to none of the rule’s backends.`)
  }
  const differences = differencesOf(backend, echo, isOwn)
  if (differences.length > 0)
    return differs(`${pod} answered, and was sent something other than predicted:`, ...differences)
  return agrees(`${pod} of ${nameOf(backend.entry.cluster, outcome)}`, isOwn)
}

function agrees(who: string, isOwn: boolean): ProbeVerdict {
  const sentence = `${who} answered, and was sent ${isOwn ? 'exactly ' : ''}what was predicted.`
  return { state: 'agrees', sentences: [sentence] }
}

/** A Pod whose manifest does not tell it its name: any of the backends may have answered. */
function namelessVerdict({ backends }: SimulatedOutcome, echo: Echo, isOwn: boolean): ProbeVerdict {
  const able = backends.filter(({ answeredWith }) => answeredWith === null)
  const [closest = []] = able
    .map((backend) => differencesOf(backend, echo, isOwn))
    .sort((left, right) => left.length - right.length)
  if (closest.length > 0) {
    return differs(
      'A Pod without a name answered, and was sent something other than predicted:',
      ...closest,
    )
  }
  return agrees('A Pod that does not say its name', isOwn)
}

/** `namespace/name` of every Service a Pod stands behind. */
function servicesOf({ namespace, pod }: Echo, slices: readonly EndpointSlice[]): readonly string[] {
  return slices.flatMap(({ metadata, endpoints }) => {
    const isBehind = endpoints?.some(
      ({ targetRef }) => targetRef?.kind === 'Pod' && targetRef.name === pod,
    )
    const name = metadata.labels?.['kubernetes.io/service-name']
    if (metadata.namespace !== namespace || !isBehind || name === undefined) return []
    return [`${namespace}/${name}`]
  })
}

/** Lines whose value only the gateway knows. */
const UNFORETOLD: readonly string[] = ['x-forwarded-for', 'x-request-id']
/** What only Mirrorboard's gateway adds in just this way. */
const OF_GATEWAY: readonly string[] = ['x-forwarded-proto', 'x-forwarded-host', MIRROR_HOPS_HEADER]
/** What the sender adds to a request that has a body by nature and brings none. */
const OF_SENDER: readonly string[] = ['content-length']

function differencesOf(
  { request }: ForetoldBackend,
  echo: Echo,
  isOwn: boolean,
): readonly string[] {
  const expected = new Map<string, string[]>()
  const lines = splitLines(request.lines + request.framing)
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const name = (lines[index] ?? '').toLowerCase()
    expected.set(name, [...(expected.get(name) ?? []), fromWire(lines[index + 1] ?? '')])
  }
  const seen = new Map(
    Object.entries(echo.headers).map(([name, values]) => [name.toLowerCase(), values]),
  )
  const names = new Set([...expected.keys(), ...(isOwn ? seen.keys() : [])])
  const ignored = [...UNFORETOLD, ...OF_SENDER, ...(isOwn ? [] : OF_GATEWAY)]
  const compared = [...names].filter((name) => !ignored.includes(name))
  return [
    ...differenceOf('Method', request.method, echo.method),
    ...differenceOf('Path', request.target, echo.path),
    ...differenceOf('Host', fromWire(request.authority), echo.host),
    ...compared.flatMap((name) =>
      differenceOf(`Header ${name}`, expected.get(name)?.join(', '), seen.get(name)?.join(', ')),
    ),
  ]
}

function differenceOf(
  what: string,
  expected: string | undefined,
  actual: string | undefined,
): readonly string[] {
  if (expected === actual) return []
  return [`${what}: ${actual ?? 'none'}; predicted was ${expected ?? 'none'}.`]
}
