import { describe, expect, it } from 'vitest'
import { joinFieldErrors } from '@/lib/validation/field-errors'
import {
  capabilitiesOf,
  severalMirrorsDenial,
  severalMirrorsErrors,
} from '@/lib/validation/several-mirrors'

const mirror = { type: 'RequestMirror', requestMirror: { backendRef: { name: 'b', port: 80 } } }
const other = { type: 'RequestHeaderModifier', requestHeaderModifier: {} }

const route = (rules: unknown[], parentRefs: unknown[] = [{ name: 'eg' }]) => ({
  metadata: { name: 'http-mirror', namespace: 'default' },
  spec: { parentRefs, rules },
})
const gateway = (name: string, gatewayClassName: string, namespace = 'default') => ({
  metadata: { name, namespace },
  spec: { gatewayClassName },
})
const gatewayClass = (name: string, features: unknown[]) => ({
  metadata: { name },
  status: { supportedFeatures: features },
})

const FEATURE = 'HTTPRouteRequestMultipleMirrors'
const CLUSTER = {
  gateways: [
    gateway('eg', 'eg'),
    gateway('mb', 'mirrorboard'),
    gateway('far', 'mirrorboard', 'infra'),
  ],
  gatewayClasses: [
    gatewayClass('eg', [{ name: 'HTTPRouteRequestMirror' }]),
    gatewayClass('mirrorboard', [{ name: FEATURE }]),
  ],
}
const REFUSAL =
  'spec.rules[0].filters: Invalid value: "RequestMirror": cannot be used multiple times in the same rule'

function checkSeveralMirrors(
  given: object,
  { gateways, gatewayClasses }: { gateways: object[]; gatewayClasses: object[] },
): string | null {
  const errors = severalMirrorsErrors(given, capabilitiesOf(gateways, gatewayClasses))
  return errors.length === 0 ? null : joinFieldErrors(errors)
}

describe('severalMirrorsErrors', () => {
  const cases: readonly { name: string; route: object; expected: string | null }[] = [
    {
      name: 'admits one mirror in each rule',
      route: route([{ filters: [mirror, other] }, { filters: [mirror] }]),
      expected: null,
    },
    {
      name: 'refuses two mirrors in the words of the page',
      route: route([{ filters: [mirror, mirror] }]),
      expected: REFUSAL,
    },
    {
      name: 'names every rule that has several',
      route: route([
        { filters: [mirror, mirror, mirror] },
        {},
        { filters: [mirror, other, mirror] },
      ]),
      expected: `[${REFUSAL}, ${REFUSAL.replace('rules[0]', 'rules[2]')}]`,
    },
    {
      name: 'refuses two mirrors on one backend',
      route: route([{ backendRefs: [{ name: 'a' }, { name: 'b', filters: [mirror, mirror] }] }]),
      expected: REFUSAL.replace('rules[0].filters', 'rules[0].backendRefs[1].filters'),
    },
    {
      name: 'admits them where the class lists the feature',
      route: route([{ filters: [mirror, mirror] }], [{ name: 'mb' }]),
      expected: null,
    },
    {
      name: 'finds the Gateway in another namespace',
      route: route([{ filters: [mirror, mirror] }], [{ name: 'far', namespace: 'infra' }]),
      expected: null,
    },
    {
      name: 'refuses unless every parent takes them',
      route: route([{ filters: [mirror, mirror] }], [{ name: 'mb' }, { name: 'eg' }]),
      expected: REFUSAL,
    },
    {
      name: 'counts a missing Gateway as not taking them',
      route: route([{ filters: [mirror, mirror] }], [{ name: 'gone' }]),
      expected: REFUSAL,
    },
    {
      name: 'asks no parent of another kind where a Gateway takes them',
      route: route(
        [{ filters: [mirror, mirror] }],
        [{ name: 'mb' }, { kind: 'Service', group: '', name: 'x' }],
      ),
      expected: null,
    },
    {
      name: 'refuses them where no Gateway is named',
      route: route([{ filters: [mirror, mirror] }], [{ kind: 'Service', group: '', name: 'mb' }]),
      expected: REFUSAL,
    },
    {
      name: 'takes a Gateway of another group for something else',
      route: route([{ filters: [mirror, mirror] }], [{ group: 'istio.io', name: 'mb' }]),
      expected: REFUSAL,
    },
    {
      name: 'refuses them without parents',
      route: { metadata: { name: 'r' }, spec: { rules: [{ filters: [mirror, mirror] }] } },
      expected: REFUSAL,
    },
    {
      name: 'passes over a malformed route',
      route: { spec: { rules: [null, 3, { filters: 'x' }], parentRefs: {} } },
      expected: null,
    },
  ]
  for (const { name, route: given, expected } of cases) {
    it(name, () => expect(checkSeveralMirrors(given, CLUSTER)).toBe(expected))
  }

  it('counts a Gateway whose class is missing as not taking them, and reads the older spelling of features', () => {
    const two = route([{ filters: [mirror, mirror] }])
    expect(checkSeveralMirrors(two, { gateways: CLUSTER.gateways, gatewayClasses: [] })).toBe(
      REFUSAL,
    )
    const older = { gateways: CLUSTER.gateways, gatewayClasses: [gatewayClass('eg', [FEATURE])] }
    expect(checkSeveralMirrors(two, older)).toBeNull()
  })

  it('is passed on as a webhook refusal', () => {
    const refused = route([{ filters: [mirror, mirror] }])
    expect(severalMirrorsDenial(refused, capabilitiesOf([], []))).toBe(
      `admission webhook "validate.gateway.networking.k8s.io" denied the request: ${REFUSAL}`,
    )
    expect(severalMirrorsDenial(route([{ filters: [mirror] }]), capabilitiesOf([], []))).toBeNull()
  })
})
