import { expect, test } from 'vitest'
import { withSchemas } from './with-schemas'

const schema = (version: string, kind: string, text = '') => ({
  apiVersion: `gateway.networking.k8s.io/${version}`,
  kind,
  kubernetesVersion: 'v1.33.0',
  openAPIV3Schema: { text },
})

test('schemas that two callers ask for are kept for both, the newer of a kind only', () => {
  const none = { schemas: [], unserved: [] }
  const route = { schemas: [schema('v1', 'HTTPRoute')], unserved: ['gateways v1beta1'] }
  const known = withSchemas(none, route)
  expect(withSchemas(known, none).schemas).toBe(known.schemas)
  expect(withSchemas(known, { schemas: [schema('v1', 'HTTPRoute')], unserved: [] })).toEqual(known)
  const more = withSchemas(known, {
    schemas: [schema('v1', 'HTTPRoute', 'newer'), schema('v1beta1', 'Gateway')],
    unserved: [],
  })
  expect(more).toEqual({
    schemas: [schema('v1', 'HTTPRoute', 'newer'), schema('v1beta1', 'Gateway')],
    unserved: [],
  })
})
