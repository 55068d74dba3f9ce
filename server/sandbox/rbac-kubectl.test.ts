/** What people try roles with: kubectl, as several people of one cluster. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasKubectl } from '../testing/contract-cluster'
import {
  gatewayApiDefinitions,
  startTestSandbox,
  TEST_TOKEN,
  type TestSandbox,
} from '../testing/start-sandbox'
import { parseTokenFile } from './requests/token-file'

/** What everybody who is known may do. */
const REVIEWS = [
  'selfsubjectreviews.authentication.k8s.io',
  'selfsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectrulesreviews.authorization.k8s.io',
]
  .map((resource) => `${resource} [] [] [create]`)
  .join('\n')
const PATHS = [
  ...['/api/*', '/api', '/apis/*', '/apis', '/healthz', '/healthz', '/livez', '/livez'],
  ...[
    '/openapi/*',
    '/openapi',
    '/readyz',
    '/readyz',
    '/version/',
    '/version/',
    '/version',
    '/version',
  ],
]
  .map((path) => ` [${path}] [] [get]`)
  .join('\n')

const TOKENS = 't-ann,ann,1,devs\nt-reader,reader,2\nt-nobody,nobody,3\n'

describe.skipIf(!hasKubectl())('kubectl (skipped when it is not installed)', () => {
  let sandbox: TestSandbox
  beforeAll(async () => {
    const file = parseTokenFile(TOKENS)
    if (!file.ok) throw new Error(file.message)
    sandbox = await startTestSandbox({
      crds: await gatewayApiDefinitions(),
      isRbacEnabled: true,
      people: file.tokens,
    })
    const kubeconfig = await readFile(sandbox.kubeconfig, 'utf8')
    for (const name of ['ann', 'reader', 'nobody']) {
      await writeFile(kubeconfigOf(name), kubeconfig.replace(TEST_TOKEN, `t-${name}`))
    }
  })
  afterAll(() => sandbox.stop())

  function kubeconfigOf(who: string): string {
    return who === 'admin' ? sandbox.kubeconfig : join(sandbox.home, `kubeconfig-${who}`)
  }

  /** Exit code and all that is printed, with runs of blanks made one. */
  function kubectl(who: string, command: string): Promise<string> {
    return new Promise((resolve) => {
      const env = { ...process.env, KUBECONFIG: kubeconfigOf(who), HOME: sandbox.home }
      execFile('kubectl', command.split(' '), { env }, (error, out, err) => {
        const code = error === null ? 0 : error.code
        resolve(`${code} ${(out + err).replace(/ +/g, ' ').replace(/ +\n/g, '\n').trim()}`)
      })
    })
  }

  test.each<[string, string, string]>([
    ['admin', 'create ns team-a', '0 namespace/team-a created'],
    [
      'admin',
      'create rolebinding ann -n team-a --clusterrole=admin --user=ann',
      '0 rolebinding.rbac.authorization.k8s.io/ann created',
    ],
    [
      'admin',
      'create clusterrolebinding reader --clusterrole=view --user=reader',
      '0 clusterrolebinding.rbac.authorization.k8s.io/reader created',
    ],
    ['admin', 'auth can-i create httproutes --as=ann -n team-a', '0 yes'],
    ['ann', 'auth can-i create httproutes -n team-a', '0 yes'],
    ['ann', 'auth can-i create httproutes -n default', '1 no'],
    ['ann', 'auth can-i list httproutes -A', '1 no'],
    ['ann', 'auth can-i get pods/log -n team-a', '0 yes'],
    ['ann', 'auth can-i get /metrics', '1 no'],
    ['reader', 'auth can-i list httproutes -A', '0 yes'],
    ['reader', 'auth can-i delete httproutes -A', '1 no'],
    ['nobody', 'auth can-i get pods', '1 no'],
    [
      'ann',
      'create role pods -n team-a --verb=get,list --resource=pods',
      '0 role.rbac.authorization.k8s.io/pods created',
    ],
    [
      'ann',
      'create rolebinding pods -n team-a --role=pods --user=nobody',
      '0 rolebinding.rbac.authorization.k8s.io/pods created',
    ],
    ['nobody', 'get pods -n team-a', '0 No resources found in team-a namespace.'],
    [
      'nobody',
      'get pods',
      '1 Error from server (Forbidden): pods is forbidden: User "nobody" cannot list resource "pods" in API group "" in the namespace "default"',
    ],
    [
      'ann',
      'create role nodes -n team-a --verb=get --resource=nodes',
      '1 Error from server (Forbidden): roles.rbac.authorization.k8s.io "nodes" is forbidden: user "ann" (groups=["devs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["nodes"], Verbs:["get"]}',
    ],
    [
      'ann',
      'get pods --as=reader',
      '1 Error from server (Forbidden): users "reader" is forbidden: User "ann" cannot impersonate resource "users" in API group "" at the cluster scope',
    ],
    [
      'admin',
      'auth whoami --token=t-reader',
      '0 ATTRIBUTE VALUE\nUsername reader\nUID 2\nGroups [system:authenticated]',
    ],
    ['admin', 'get pods --as=reader', '0 No resources found in default namespace.'],
    [
      'ann',
      'auth whoami',
      '0 ATTRIBUTE VALUE\nUsername ann\nUID 1\nGroups [devs system:authenticated]',
    ],
    [
      'admin',
      'auth whoami --as=bob --as-group=x',
      '0 ATTRIBUTE VALUE\nUsername bob\nGroups [x system:authenticated]',
    ],
    [
      'nobody',
      'auth can-i --list -n team-a',
      `0 Resources Non-Resource URLs Resource Names Verbs\n${REVIEWS}\npods [] [] [get list]\n${PATHS}`,
    ],
    [
      'admin',
      'auth can-i --list',
      `0 Resources Non-Resource URLs Resource Names Verbs\n*.* [] [] [*]\n [*] [] [*]\n${REVIEWS}\n${PATHS}`,
    ],
    ['admin', 'get clusterrole cluster-admin -o jsonpath={.rules[0].verbs}', '0 ["*"]'],
    [
      'admin',
      'get rolebinding -n team-a ann --no-headers -o custom-columns=N:.metadata.name,R:.roleRef.name',
      '0 ann admin',
    ],
  ])('%s: %s', async (who, command, expected) => {
    expect(await kubectl(who, command)).toBe(expected)
  })

  test('shows roles and bindings in their tables', async () => {
    const wide = await kubectl('admin', 'get rolebindings -n team-a ann -o wide')
    expect(wide).toMatch(
      /^0 NAME ROLE AGE USERS GROUPS SERVICEACCOUNTS\nann ClusterRole\/admin \S+ ann$/,
    )
    expect(await kubectl('admin', 'get roles -n team-a')).toMatch(
      /^0 NAME CREATED AT\npods \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
    )
  })

  test('acts as a ServiceAccount by its token', async () => {
    await kubectl('admin', 'create sa bot -n team-a')
    await kubectl(
      'admin',
      'create rolebinding bot -n team-a --clusterrole=edit --serviceaccount=team-a:bot',
    )
    const token = (await kubectl('ann', 'create token bot -n team-a')).slice(2)
    const kubeconfig = await readFile(sandbox.kubeconfig, 'utf8')
    await writeFile(kubeconfigOf('bot'), kubeconfig.replace(TEST_TOKEN, token))
    expect(await kubectl('bot', 'auth can-i create httproutes -n team-a')).toBe('0 yes')
    expect(await kubectl('bot', 'auth can-i create roles -n team-a')).toBe('1 no')
    expect(await kubectl('bot', 'auth whoami')).toContain(
      'Username system:serviceaccount:team-a:bot',
    )
  })
})
