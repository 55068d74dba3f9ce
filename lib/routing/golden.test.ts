import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { buildGraph } from './build-graph'
import { buildRouteTable } from './build-route-table'
import { buildStatuses } from './build-statuses'
import type { ClusterState } from './cluster-state'
import type { GatewayAcknowledgement, RouteTable } from './route-table'
import { CONTROLLER_NAME, ENVOY_CONTROLLER_NAME } from './supported-features'

const DIRECTORY = new URL('./testdata/', import.meta.url)
const VERSION = 7

/** How the data plane answers in a case; a document of kind TestOptions in the input. */
interface TestOptions {
  /** false: the gateway has not taken the table over yet. */
  acknowledge?: boolean
  /** Listener names whose port cannot be bound. */
  unbound?: string[]
  /** Listener names whose certificate cannot be used. */
  unusable?: string[]
  /** Gateways get no address. */
  noAddress?: boolean
}

interface Case {
  readonly state: ClusterState
  readonly options: TestOptions
}

function readDocuments(name: string): KubernetesObject[] {
  const text = readFileSync(new URL(name, DIRECTORY), 'utf8')
  return parseAllDocuments(text).flatMap((document) => {
    const object: unknown = document.toJS()
    return object === null ? [] : [object as KubernetesObject]
  })
}

/** The case's objects over those every case has; one of the same kind and name replaces it. */
function readCase(name: string): Case {
  const idOf = ({ kind, metadata }: KubernetesObject) =>
    `${kind} ${metadata?.namespace ?? ''}/${metadata?.name}`
  const objects = new Map<string, KubernetesObject>()
  for (const object of [...readDocuments('base.yaml'), ...readDocuments(name)])
    objects.set(idOf(object), object)
  const of = <Kind>(kind: string) =>
    [...objects.values()].filter((object) => object.kind === kind) as Kind[]
  return {
    state: {
      gatewayClasses: of('GatewayClass'),
      gateways: of('Gateway'),
      httpRoutes: of('HTTPRoute'),
      grpcRoutes: of('GRPCRoute'),
      referenceGrants: of('ReferenceGrant'),
      namespaces: of('Namespace'),
      services: of('Service'),
      endpointSlices: of('EndpointSlice'),
      secrets: of('Secret'),
    },
    options: of<TestOptions>('TestOptions')[0] ?? {},
  }
}

function acknowledge(table: RouteTable, options: TestOptions): GatewayAcknowledgement | null {
  if (options.acknowledge === false) return { version: VERSION - 1, gateways: [] }
  return {
    version: VERSION,
    gateways: table.gateways.map(({ key, listeners }) => ({
      key,
      address: options.noAddress === true ? null : { type: 'IPAddress', value: '127.0.0.10' },
      listeners: listeners.map(({ name, port }) => {
        if (options.unusable?.includes(name)) {
          const message = 'The certificate cannot be used.'
          return { name, bound: false, port, message, reason: 'InvalidCertificateRef' }
        }
        const bound = options.unbound?.includes(name) !== true
        return { name, bound, port, message: bound ? '' : `Port ${port} may not be bound.` }
      }),
    })),
  }
}

function run({ state, options }: Case): string {
  const graph = buildGraph(state, { controllerNames: [CONTROLLER_NAME, ENVOY_CONTROLLER_NAME] })
  const routeTable = buildRouteTable(graph, VERSION)
  const statuses = buildStatuses(graph, {
    version: VERSION,
    acknowledgement: acknowledge(routeTable, options),
    now: '2026-01-01T00:00:00Z',
  })
  const shown = statuses
    .filter(({ plural }) => plural !== 'gatewayclasses' || state.gatewayClasses.length > 2)
    .map(({ plural, source, status }) => ({
      object: `${plural} ${source.metadata.namespace ?? ''}/${source.metadata.name}`,
      status,
    }))
  return stringify(
    { routeTable, statuses: shown },
    { lineWidth: 110, aliasDuplicateObjects: false },
  )
}

const cases = readdirSync(DIRECTORY)
  .filter((file) => file.endsWith('.in.yaml'))
  .sort()

describe('golden cases', () => {
  it('has at least 25 cases, each with its answer', () => {
    expect(cases.length).toBeGreaterThanOrEqual(25)
  })

  for (const file of cases) {
    const name = file.replace('.in.yaml', '')
    it(`${name} gives the table and statuses of ${name}.out.yaml`, () => {
      const actual = run(readCase(file))
      const output = new URL(`${name}.out.yaml`, DIRECTORY)
      if (process.env['MIRRORBOARD_UPDATE_GOLDEN'] === '1') writeFileSync(output, actual)
      expect(actual).toBe(readFileSync(output, 'utf8'))
    })
  }
})
