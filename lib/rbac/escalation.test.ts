import { expect, it } from 'vitest'
import { escalationProblem } from './escalation'
import { forbiddenMessage } from './forbidden'
import type { PolicyRule } from './policy'

const ann = { name: 'ann', groups: ['devs', 'system:authenticated'] }
const rule = (change: Partial<PolicyRule> = {}): PolicyRule => ({
  verbs: ['get', 'list'],
  apiGroups: [''],
  resources: ['pods'],
  ...change,
})

const GRANTS =
  'user "ann" (groups=["devs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:'

it.each<[string, PolicyRule[], PolicyRule[], string[]]>([
  [
    'verbs of a resource as one',
    [],
    [rule()],
    ['{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}'],
  ],
  [
    'only what is missing',
    [rule({ verbs: ['get'] })],
    [rule()],
    ['{APIGroups:[""], Resources:["pods"], Verbs:["list"]}'],
  ],
  [
    'names and paths, in order',
    [],
    [{ verbs: ['get', 'post'], nonResourceURLs: ['/x'] }, rule({ resourceNames: ['p'] })],
    [
      '{APIGroups:[""], Resources:["pods"], ResourceNames:["p"], Verbs:["get" "list"]}',
      '{NonResourceURLs:["/x"], Verbs:["get"]}',
      '{NonResourceURLs:["/x"], Verbs:["post"]}',
    ],
  ],
])('a refusal names %s', (_, owned, wanted, lines) => {
  expect(escalationProblem(ann, owned, wanted)).toBe([GRANTS, ...lines].join('\n'))
})

it('a refusal names roles that could not be read', () => {
  const text = escalationProblem(ann, [], [rule()], 'no such role')
  expect(text).toContain('Verbs:["get" "list"]}; resolution errors: [no such role]')
})

it('nothing is wrong with what one has', () => {
  expect(escalationProblem(ann, [rule()], [rule()])).toBeUndefined()
})

it('a message quotes names as Go does, and may not pass for HTML', () => {
  const request = { is: 'path', verb: 'get', path: '/<b>' } as const
  expect(forbiddenMessage('a"<', request)).toBe(
    'forbidden: User "a\\"&lt;" cannot get path "/&lt;b&gt;"',
  )
})
