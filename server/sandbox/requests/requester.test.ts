import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestSandbox, type TestSandbox } from '../../testing/start-sandbox'

let sandbox: TestSandbox
beforeAll(async () => {
  sandbox = await startTestSandbox()
})
afterAll(() => sandbox.stop())

const SELF = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' })

async function whoAmI(headers: Record<string, string>) {
  const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } }
  return sandbox.send(SELF, init)
}

test.each<[string, Record<string, string>, object]>([
  [
    'nobody else',
    {},
    { username: 'sandbox-admin', groups: ['system:masters', 'system:authenticated'] },
  ],
  ['a user', { 'impersonate-user': 'x' }, { username: 'x', groups: ['system:authenticated'] }],
  [
    'a user of a group, with a uid and extras',
    {
      'impersonate-user': 'x',
      'impersonate-group': 'dev',
      'impersonate-uid': '7',
      'impersonate-extra-acme.com%2fproject': 'p',
    },
    {
      username: 'x',
      uid: '7',
      groups: ['dev', 'system:authenticated'],
      extra: { 'acme.com/project': ['p'] },
    },
  ],
  [
    'a service account',
    { 'impersonate-user': 'system:serviceaccount:ns:sa' },
    {
      username: 'system:serviceaccount:ns:sa',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'],
    },
  ],
  [
    'the anonymous user',
    { 'impersonate-user': 'system:anonymous' },
    { username: 'system:anonymous', groups: ['system:unauthenticated'] },
  ],
])('a request may come as %s', async (_name, headers, userInfo) => {
  const { status, text } = await whoAmI(headers)
  expect([status, JSON.parse(text).status]).toEqual([201, { userInfo }])
})

test.each(['group', 'uid', 'extra-a'])('impersonate-%s of nobody is refused', async (name) => {
  const { status, text } = await whoAmI({ [`impersonate-${name}`]: 'x' })
  expect(status).toBe(500)
  expect(text).toBe(
    `Internal Server Error: "${SELF}": requested [impersonate-${name}] without impersonating a user\n`,
  )
})

test('impersonation needs a token', async () => {
  const { status } = await whoAmI({ authorization: 'Bearer no', 'impersonate-user': 'x' })
  expect(status).toBe(401)
})

test('a review of another subject is answered', async () => {
  const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews'
  const ask = (spec: object) =>
    sandbox.json('POST', path, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec,
    })
  const resourceAttributes = { verb: 'get', resource: 'pods' }
  expect((await ask({ user: 'x', resourceAttributes })).body.status.allowed).toBe(true)
  expect((await ask({ resourceAttributes })).body.message).toContain(
    'at least one of user or group must be specified',
  )
  expect((await ask({ user: 'x' })).status).toBe(422)
})
