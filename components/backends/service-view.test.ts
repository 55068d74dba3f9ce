import { describe, expect, it } from 'vitest'
import type { EndpointSlice, Pod, Service } from '@/lib/gateway-api/types'
import { describeService, endpointState, summarizeService } from './service-text'
import { type ServiceView, viewServices } from './service-view'

const HTTP = { name: 'http', port: 80 }
const SELECTED = { selector: { app: 's' }, ports: [HTTP] }

function service(spec: Service['spec'] = SELECTED): Service {
  return { apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'a', name: 's' }, spec }
}

function pod(name: string, isReady = true, labels: Record<string, string> = { app: 's' }): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'a', name, labels },
    spec: { containers: [{ name: 'c', image: 'echo' }] },
    status: {
      phase: 'Pending',
      podIP: `ip-${name}`,
      conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
      containerStatuses: [
        {
          name: 'c',
          ready: isReady,
          restartCount: 2,
          image: 'echo',
          ...(isReady ? {} : { state: { waiting: { reason: 'ErrImagePull', message: 'no' } } }),
        },
      ],
    },
  }
}

type Endpoints = NonNullable<EndpointSlice['endpoints']>

function slice(endpoints: Endpoints, fields: Partial<EndpointSlice> = {}): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'a', name: 's-1', labels: { 'kubernetes.io/service-name': 's' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080 }],
    endpoints,
    ...fields,
  }
}

const of = (name: string, ready = true): Endpoints[number] => ({
  addresses: [`ip-${name}`],
  conditions: { ready },
  targetRef: { kind: 'Pod', namespace: 'a', name },
})
const managed = (by: string): EndpointSlice['metadata'] => ({
  namespace: 'a',
  name: 's-1',
  labels: { 'kubernetes.io/service-name': 's', 'endpointslice.kubernetes.io/managed-by': by },
})
const terminating = { ready: false, serving: true, terminating: true }

function view(
  spec: Service['spec'],
  pods: readonly Pod[] | null,
  slices: readonly EndpointSlice[] | null,
): ServiceView {
  const [only] = viewServices([service(spec)], pods, slices)
  if (only === undefined) throw new Error('no view')
  return only
}

describe('what a Service can do, in words', () => {
  interface Case {
    readonly name: string
    readonly spec?: Service['spec']
    readonly pods?: readonly Pod[] | null
    readonly slices?: readonly EndpointSlice[] | null
    readonly chip: string
    readonly says: readonly (string | RegExp)[]
  }
  const error = / Requests sent here are answered with an error by the Gateway\.$/
  const cases: readonly Case[] = [
    { name: 'all is well', slices: [slice([of('p')])], chip: 'ok 1 of 1 endpoint ready', says: [] },
    {
      name: 'no selector, a ready slice of nobody',
      spec: { ports: [HTTP] },
      pods: [],
      slices: [slice([{ addresses: ['1'] }])],
      chip: 'ok 1 of 1 endpoint ready',
      says: ['It has no selector: somebody keeps its EndpointSlices.'],
    },
    {
      name: 'no selector, slices of another manager',
      spec: { ports: [HTTP], clusterIP: 'None' },
      pods: [],
      slices: [slice([{ addresses: ['1'] }], { metadata: managed('my-registry') })],
      chip: 'ok 1 of 1 endpoint ready',
      says: ['It has no selector and is headless: my-registry keeps its EndpointSlices.'],
    },
    {
      name: 'no selector, no slice',
      spec: { ports: [HTTP] },
      pods: [],
      slices: [],
      chip: 'warn 0 of 0 endpoints ready',
      says: [/^It has no selector, and no EndpointSlice with the label .*: s has an address\. Req/],
    },
    {
      name: 'no Pod',
      pods: [],
      slices: [],
      chip: 'warn 0 of 0 endpoints ready',
      says: [/^It has no endpoint: no Pod matches its selector\. Requests/],
    },
    {
      name: 'Pods that aren’t ready, nowhere listed',
      pods: [pod('p', false)],
      slices: [],
      chip: 'warn 0 of 0 endpoints ready',
      says: [/^It has no endpoint: none of its Pods is ready\./],
    },
    {
      name: 'a ready Pod, slices lag',
      slices: [slice([])],
      chip: 'warn 0 of 0 endpoints ready',
      says: [/^1 Pod is ready, and no EndpointSlice lists an address yet\./],
    },
    {
      name: 'a second Pod, slices lag',
      pods: [pod('p'), pod('q')],
      slices: [slice([of('p')])],
      chip: 'ok 1 of 1 endpoint ready',
      says: ['Pod q is ready and in no EndpointSlice yet: no request gets there.'],
    },
    {
      name: 'a Pod listed by its address alone',
      slices: [slice([{ addresses: ['ip-p'] }])],
      chip: 'ok 1 of 1 endpoint ready',
      says: [],
    },
    {
      name: 'nobody ready',
      slices: [slice([of('p', false), of('q', false)])],
      chip: 'warn 0 of 2 endpoints ready',
      says: [/^None of its 2 endpoints is ready\./],
    },
    {
      name: 'the only one not ready',
      slices: [slice([of('p', false)])],
      chip: 'warn 0 of 1 endpoint ready',
      says: [/^Its only endpoint is not ready\./],
    },
    {
      name: 'all going',
      slices: [slice([{ addresses: ['1'], conditions: terminating }])],
      chip: 'warn 0 of 1 endpoint ready',
      says: [/^Its only endpoint is terminating\./],
    },
    {
      name: 'one of two ready',
      slices: [slice([of('p'), of('q', false)])],
      chip: 'warn 1 of 2 endpoints ready',
      says: [],
    },
    {
      name: 'ports of another name',
      spec: { ...SELECTED, ports: [HTTP, { name: 'web', port: 81 }] },
      slices: [slice([of('p')])],
      chip: 'warn 1 of 1 endpoint ready',
      says: [
        /^No ready endpoint serves port 81 \("web"\): ports of its EndpointSlices are "http"\./,
      ],
    },
    {
      name: 'names for a port without one',
      spec: { ...SELECTED, ports: [{ port: 80 }] },
      slices: [slice([of('p')])],
      chip: 'warn 1 of 1 endpoint ready',
      says: [/serves port 80, which has no name: ports of its EndpointSlices are "http"\./],
    },
    {
      name: 'ports that no slice resolved',
      slices: [slice([of('p')], { ports: [] })],
      chip: 'warn 1 of 1 endpoint ready',
      says: [/ports of its EndpointSlices are none\./],
    },
    {
      name: 'a UDP port is no route’s',
      spec: { ...SELECTED, ports: [HTTP, { name: 'dns', port: 53, protocol: 'UDP' }] },
      slices: [slice([of('p')])],
      chip: 'ok 1 of 1 endpoint ready',
      says: [],
    },
    {
      name: 'headless without ports',
      spec: { selector: { app: 's' }, clusterIP: 'None' },
      slices: [slice([of('p')])],
      chip: 'ok 1 of 1 endpoint ready',
      says: [/^It has no port, so no route/, /^It is headless: the Gateway sends/],
    },
    {
      name: 'names to be resolved elsewhere',
      spec: { ports: [HTTP] },
      pods: [],
      slices: [slice([{ addresses: ['x.example'] }], { addressType: 'FQDN' })],
      chip: 'warn 0 of 1 endpoint ready',
      says: [/^Its endpoints are names to be resolved elsewhere/, /^It has no selector:/],
    },
    {
      name: 'ExternalName',
      spec: { type: 'ExternalName', externalName: 'x.example' },
      slices: null,
      chip: 'warn ExternalName',
      says: [/^It is another name for x\.example and has no endpoints\./],
    },
    {
      name: 'slices that can’t be read',
      pods: [],
      slices: null,
      chip: 'neutral endpoints unknown',
      says: ['Its EndpointSlices can’t be read: whether it answers is unknown.'],
    },
    {
      name: 'Pods that can’t be read',
      pods: null,
      slices: [],
      chip: 'warn 0 of 0 endpoints ready',
      says: [/^It has no endpoint; its Pods can’t be read\./],
    },
  ]
  it.each(cases)('$name', ({ spec = SELECTED, pods = [pod('p')], slices = [], chip, says }) => {
    const shown = view(spec, pods, slices)
    const { tone, text } = summarizeService(shown)
    expect(`${tone} ${text}`).toBe(chip)
    const sentences = describeService(shown)
    expect(sentences).toHaveLength(says.length)
    for (const [at, expected] of says.entries()) {
      expect(sentences[at]).toEqual(
        typeof expected === 'string' ? expected : expect.stringMatching(expected),
      )
    }
    const isEmpty = text.startsWith('0 of')
    expect(sentences.some((sentence) => error.test(sentence))).toBe(isEmpty)
  })

  it('never says a number of what can’t be read', () => {
    const shown = view(SELECTED, null, null)
    expect(summarizeService(shown).text + describeService(shown).join()).not.toMatch(/\d|No Pod/)
    expect(shown).toMatchObject({ pods: null, endpoints: null, unlisted: [] })
  })

  it('tells the states of an endpoint apart', () => {
    const endpoint = { address: '1', isName: false, target: null, ports: [] }
    const stateOf = (isReady: boolean, isServing: boolean, isTerminating: boolean) =>
      endpointState({ ...endpoint, isReady, isServing, isTerminating })
    expect(stateOf(true, true, false)).toBe('Ready')
    expect(stateOf(true, false, false)).toBe('Ready, not serving')
    expect(stateOf(false, true, false)).toBe('Serving, not ready')
    expect(stateOf(false, false, false)).toBe('Not ready')
    expect(stateOf(false, true, true)).toBe('Terminating, still serving')
    expect(stateOf(false, false, true)).toBe('Terminating')
  })
})

describe('the Pods behind a Service', () => {
  const rows = ({ pods }: ServiceView) => pods?.map(({ name, state }) => `${name} ${state}`)

  it('are those its selector takes', () => {
    const pods = [pod('good'), pod('bad', false), pod('other', true, {})]
    const elsewhere = { ...pod('far'), metadata: { ...pod('far').metadata, namespace: 'b' } }
    const shown = view(
      { ...SELECTED, ports: [{ port: 80, targetPort: 3000 }] },
      [...pods, elsewhere],
      [],
    )
    expect(rows(shown)).toEqual(['good Pending', 'bad ErrImagePull'])
    expect(shown.portTexts).toEqual(['80→3000'])
    expect(shown.pods?.[0]).toMatchObject({
      isReady: true,
      restarts: 2,
      ip: 'ip-good',
      image: 'echo',
    })
  })

  it('are also those its endpoints belong to; without a selector only those', () => {
    const pods = [pod('p'), pod('q', true, {})]
    expect(rows(view({ ports: [HTTP] }, pods, [slice([of('q')])]))).toEqual(['q Pending'])
    expect(rows(view(SELECTED, pods, [slice([of('q')])]))).toEqual(['p Pending', 'q Pending'])
    expect(rows(view({ ports: [HTTP] }, pods, []))).toEqual([])
  })

  it('that end are none that slices lag behind', () => {
    const going = pod('p')
    going.metadata.deletionTimestamp = '2026-01-01T00:00:00Z'
    const shown = view(SELECTED, [going], [])
    expect(rows(shown)).toEqual(['p Terminating'])
    expect(shown.unlisted).toEqual([])
  })
})
