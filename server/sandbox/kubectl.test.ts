/** Commands whose bodies kubectl sends as protobuf, and the refusal of several mirrors as kubectl prints it. */
import { execFile } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasKubectl } from '../testing/contract-cluster'
import { gatewayApiDefinitions, startTestSandbox, type TestSandbox } from '../testing/start-sandbox'

describe.skipIf(!hasKubectl())('kubectl (skipped when it is not installed)', () => {
  let sandbox: TestSandbox
  beforeAll(async () => {
    sandbox = await startTestSandbox({ crds: await gatewayApiDefinitions() })
  })
  afterAll(() => sandbox.stop())

  function kubectl(args: string[], stdin = ''): Promise<string> {
    return new Promise((resolve) => {
      const env = { ...process.env, KUBECONFIG: sandbox.kubeconfig, HOME: sandbox.home }
      const child = execFile('kubectl', args, { env }, (_error, out, err) => resolve(out + err))
      child.stdin?.end(stdin)
    })
  }

  test.each([
    ['create ns demo', 'namespace/demo created\n'],
    ['create sa robot', 'serviceaccount/robot created\n'],
    ['create cm settings --from-literal=a=b', 'configmap/settings created\n'],
    ['create secret generic keys --from-literal=a=b', 'secret/keys created\n'],
    [
      'create deployment web --image=echo-basic --port=3000 --replicas=2',
      'deployment.apps/web created\n',
    ],
    ['create service clusterip web --tcp=80:3000', 'service/web created\n'],
    ['auth can-i create httproutes', 'yes\n'],
    ['get secret keys -o jsonpath={.data.a}', 'Yg=='],
    [
      'get deploy web -o jsonpath={.spec.replicas}{.spec.template.spec.containers[0].ports[0].containerPort}',
      '23000',
    ],
    ['get svc web -o jsonpath={.spec.ports[0].targetPort}', '3000'],
    [
      'delete ns default',
      'Error from server (Forbidden): namespaces "default" is forbidden: this namespace may not be deleted\n',
    ],
  ])('%s', async (command, expected) => {
    expect(await kubectl(command.split(' '))).toBe(expected)
  })

  test('prints the refusal of a second mirror as the webhook of a real cluster does', async () => {
    const filter = (name: string) =>
      `{type: RequestMirror, requestMirror: {backendRef: {kind: Service, name: ${name}, port: 3000}}}`
    const manifest = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: http-mirror}
spec:
  parentRefs: [{name: eg}]
  rules:
  - backendRefs: [{kind: Service, name: backend, port: 3000}]
    filters: [${filter('backend-2')}, ${filter('backend-3')}]
`
    expect(await kubectl(['apply', '-f', '-'], manifest)).toBe(
      'Error from server: error when creating "STDIN": admission webhook "validate.gateway.networking.k8s.io" denied the request: spec.rules[0].filters: Invalid value: "RequestMirror": cannot be used multiple times in the same rule\n',
    )
  })
})
