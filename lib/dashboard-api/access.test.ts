import { expect, test } from 'vitest'
import { denialText } from './access'

test('a denial names the verb, the resource, the place and the right that is missing', () => {
  const denial = { verb: 'patch', group: '', plural: 'services', namespace: 'shop', reason: '' }
  expect(denialText(denial)).toBe(
    'You may not patch services in namespace shop; ask its administrator for a Role there with the verb patch on services of the core API group.',
  )
  expect(
    denialText({ ...denial, plural: 'namespaces', namespace: '', reason: 'RBAC: none.' }),
  ).toBe(
    'You may not patch namespaces; ask the cluster’s administrator for a ClusterRole with the verb patch on namespaces of the core API group. The server says: RBAC: none.',
  )
})
