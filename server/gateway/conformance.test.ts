/**
 * Our subset of the Gateway API conformance suite, under its short names: objects go in as a cluster would hold them, requests
 * go over real sockets. https://github.com/kubernetes-sigs/gateway-api/tree/main/conformance/tests
 */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Condition, Gateway, HTTPRoute } from '@/lib/gateway-api/types'
import { buildGraph } from '@/lib/routing/build-graph'
import { buildRouteTable } from '@/lib/routing/build-route-table'
import { buildStatuses, type StatusUpdate } from '@/lib/routing/build-statuses'
import type { GatewayAcknowledgement } from '@/lib/routing/route-table'
import { CONTROLLER_NAME, supportedFeatures } from '@/lib/routing/supported-features'
import { type GatewayPlane, startGateway } from './start-gateway'
import { BACKEND_CASES } from './test-support/conformance/backend-cases'
import type { ConformanceCase, Expectation } from './test-support/conformance/case'
import { FILTER_CASES } from './test-support/conformance/filter-cases'
import { GATEWAY_CASES } from './test-support/conformance/gateway-cases'
import { MATCHING_CASES } from './test-support/conformance/matching-cases'
import { startWorld, type World } from './test-support/conformance/world'
import { eventually } from './test-support/test-gateway'

const CASES: readonly ConformanceCase[] = [
  ...GATEWAY_CASES,
  ...MATCHING_CASES,
  ...FILTER_CASES,
  ...BACKEND_CASES,
]
const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
/** Requests of an expectation that names shares. */
const MANY = 100

let world: World
let plane: GatewayPlane
let version = 0
beforeAll(async () => {
  world = await startWorld()
  plane = await startGateway({
    workers: 0,
    metrics: { host: '127.0.0.1', port: 0 },
    limits: { retryBackoffMs: 2, drainMs: 200 },
    logger: SILENT,
  })
})
afterAll(async () => {
  await plane.stop()
  await world.stop()
})

async function serve(yaml: string) {
  const graph = buildGraph(world.state(yaml), { controllerNames: [CONTROLLER_NAME] })
  const table = buildRouteTable(graph, ++version)
  const acknowledgement = await plane.publish(table)
  const now = '2026-01-01T00:00:00Z'
  return { acknowledgement, statuses: buildStatuses(graph, { version, acknowledgement, now }) }
}

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

function send(served: GatewayAcknowledgement, expected: Expectation): Promise<Answer> {
  const { gateway = 'same-namespace', port = 80, tls, method = 'GET', path = '/' } = expected
  const at = served.gateways.find(({ key }) => key === `gateway-conformance-infra/${gateway}`)
  const listeners = at?.listeners ?? []
  const moved = listeners.find(({ message }) => message.startsWith(`Port ${port} `))
  const options = {
    host: at?.address?.value.replace(/:\d+$/, ''),
    port: moved?.port ?? port,
    method,
    path,
    agent: false,
    headers: { host: expected.host ?? 'example.com', ...expected.headers },
  }
  return new Promise((resolve, reject) => {
    const outgoing: ClientRequest =
      tls === undefined
        ? httpRequest(options)
        : httpsRequest({ ...options, servername: tls, rejectUnauthorized: false })
    outgoing.on('error', reject)
    outgoing.on('upgrade', ({ statusCode = 0, headers }, socket) => {
      socket.destroy()
      resolve({ status: statusCode, headers, body: '' })
    })
    outgoing.on('response', (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      )
    })
    outgoing.end()
  })
}

/** What a Pod said of the request; null when none answered. */
function echoOf({ status, body }: Answer) {
  if (status !== 200 || !body.startsWith('{')) return null
  return JSON.parse(body) as {
    name: string
    path: string
    host: string
    protocol: string
    headers: Record<string, string>
  }
}

function expectHeaders(
  actual: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, string | undefined>> = {},
): void {
  for (const [name, value] of Object.entries(expected)) expect(actual[name]).toBe(value)
}

async function meets(served: GatewayAcknowledgement, expected: Expectation): Promise<void> {
  const isMany = typeof expected.backend === 'object'
  const before = new Map(world.seen)
  const answers: Answer[] = []
  for (let sent = 0; sent < (isMany ? MANY : 1); sent++) {
    const answer = await send(served, expected)
    answers.push(answer)
    expect(answer.status).toBe(expected.status ?? 200)
    expectHeaders(answer.headers, expected.answered)
    const echo = echoOf(answer)
    if (typeof expected.backend === 'string') expect(echo?.name).toBe(expected.backend)
    const { seen = {} } = expected
    expectHeaders(echo?.headers ?? {}, seen.headers)
    expect(echo ?? {}).toMatchObject(
      Object.fromEntries(Object.entries(seen).filter(([key]) => key !== 'headers')),
    )
  }
  const shares = {
    ...(isMany ? (expected.backend as Record<string, number>) : {}),
    ...expected.mirrors,
  }
  for (const [service, share] of Object.entries(shares)) {
    const count = () => (world.seen.get(service) ?? 0) - (before.get(service) ?? 0)
    // Shares are exact within 3 over any number of requests.
    const margin = isMany ? 3 : 0
    await eventually(`${service} is sent ${share}`, () => count() >= share - margin)
    expect(count()).toBeLessThanOrEqual(share + margin)
  }
}

function conditionOf(statuses: readonly StatusUpdate[], of: string, type: string): string {
  const [plural, name, listener] = of.split('/')
  const update = statuses.find(
    ({ plural: kind, source }) => kind === plural && source.metadata.name === name,
  )
  const gateway = update?.status as Gateway['status']
  const at = gateway?.listeners?.find((one) => one.name === listener)
  if (type === 'attachedRoutes') return String(at?.attachedRoutes)
  const parents = (update?.status as HTTPRoute['status'])?.parents
  const conditions: readonly Condition[] =
    at?.conditions ?? parents?.[0]?.conditions ?? gateway?.conditions ?? []
  const found = conditions.find((condition) => condition.type === type)
  return `${found?.status} ${found?.reason}`
}

describe('conformance', () => {
  it.each(CASES)('$name', async ({ yaml, requests = [], conditions = [] }) => {
    const { acknowledgement, statuses } = await serve(yaml)
    for (const { of, type, says } of conditions) {
      expect(conditionOf(statuses, of, type)).toBe(says)
    }
    for (const expected of requests) await meets(acknowledgement, expected)
  })

  it('covers every feature that is claimed, and claims every one that is covered', () => {
    const covered = new Set([
      'Gateway',
      'HTTPRoute',
      ...CASES.flatMap(({ features = [] }) => features),
    ])
    expect([...covered].sort()).toEqual([...supportedFeatures(CONTROLLER_NAME)].sort())
  })
})
