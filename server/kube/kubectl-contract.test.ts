/** What people type: kubectl's verbs as they end on a real cluster. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  CLUSTER_NAME,
  type ContractCluster,
  hasKubectl,
  OUTSIDE,
  startContractCluster,
} from '../testing/contract-cluster'

const IMAGE = 'gcr.io/k8s-staging-gateway-api/echo-basic:v20231214-v1.0.0-140-gf544a46e'

const ROUTE = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r}
spec:
  parentRefs: [{name: eg}]
  hostnames: [one.example]
  rules:
  - backendRefs: [{name: web, port: 3000}]
`

/** As \`helm template\` prints a chart: comments, empty documents, labels, a checksum, a test Pod. */
const CHART = `---
# Source: chart/templates/serviceaccount.yaml
apiVersion: v1
kind: ServiceAccount
metadata:
  name: rel-chart
  labels: &labels
    helm.sh/chart: chart-0.1.0
    app.kubernetes.io/name: chart
    app.kubernetes.io/instance: rel
    app.kubernetes.io/managed-by: Helm
automountServiceAccountToken: true
---
# Source: chart/templates/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: rel-chart
  labels: {app.kubernetes.io/instance: rel}
spec:
  type: ClusterIP
  ports: [{port: 80, targetPort: http, protocol: TCP, name: http}]
  selector: {app.kubernetes.io/instance: rel}
---
---
# Source: chart/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: rel-chart
  labels: {app.kubernetes.io/instance: rel}
  annotations: {checksum/config: "0123"}
spec:
  replicas: 1
  selector:
    matchLabels: {app.kubernetes.io/instance: rel}
  template:
    metadata:
      labels: {app.kubernetes.io/instance: rel}
    spec:
      serviceAccountName: rel-chart
      containers:
        - name: chart
          image: "${IMAGE}"
          imagePullPolicy: IfNotPresent
          ports: [{name: http, containerPort: 3000, protocol: TCP}]
          livenessProbe: {httpGet: {path: /, port: http}}
          resources: {}
---
# Source: chart/templates/tests/test-connection.yaml
apiVersion: v1
kind: Pod
metadata:
  name: rel-chart-test
  annotations: {helm.sh/hook: test}
spec:
  containers:
    - name: wget
      image: ${IMAGE}
      args: ['rel-chart:80']
  restartPolicy: Never
`

describe.skipIf(!hasKubectl())(`kubectl against ${CLUSTER_NAME} (skipped without kubectl)`, () => {
  let contract: ContractCluster
  const kubectl = (command: string, stdin = '') => contract.kubectl(command.split(' '), { stdin })
  beforeAll(async () => {
    contract = await startContractCluster()
    await kubectl(`create deployment web --image=${IMAGE} --port=3000`)
    await kubectl('rollout status deploy/web --timeout=60s')
  }, 90_000)
  afterAll(() => contract.stop())

  test('applies a manifest, shows its difference, edits it, and says what changed', async () => {
    expect(await kubectl('diff -f -', ROUTE)).toContain('+  - one.example')
    expect(await kubectl('apply -f -', ROUTE)).toContain('/r created\n')
    const changed = ROUTE.replace('one', 'two')
    const difference = await kubectl('diff -f -', changed)
    expect(difference).toMatch(/-\s+- one\.example\n\+\s+- two\.example/)
    expect(await kubectl('apply -f -', changed)).toContain('/r configured\n')
    const env = { KUBE_EDITOR: "sed -i 's/two.ex/three.ex/'" }
    expect(await contract.kubectl(['edit', 'httproute', 'r'], { env })).toContain('/r edited\n')
    expect(await kubectl('get httproute r -o jsonpath={.spec.hostnames}')).toBe('["three.example"]')
    expect(await kubectl('get httproute r -o yaml')).toContain('kubectl.kubernetes.io/last-applied')
    expect(await kubectl('apply view-last-applied httproute r')).toContain('three.example')
    expect(await kubectl('describe httproute r')).toMatch(/Hostnames:\n\s+three\.example/)
    expect(await kubectl('delete -f -', ROUTE)).toMatch(/"r" deleted/)
  })

  test('takes over from client-side apply, and says who owns what in a conflict', async () => {
    const named = ROUTE.replace('name: r', 'name: owned')
    await kubectl('apply -f -', named)
    const conflict = await kubectl('apply --server-side -f -', named)
    expect(conflict).toContain('error: Apply failed with 2 conflicts')
    expect(conflict).toContain('"kubectl-client-side-apply" using gateway.networking.k8s.io/v1')
    expect(await kubectl('apply --server-side --force-conflicts -f -', named)).toContain(
      '/owned serverside-applied\n',
    )
    const owners = await kubectl('get httproute owned -o yaml --show-managed-fields')
    expect(owners).not.toContain('manager: kubectl-client-side-apply')
    expect(owners).toMatch(/manager: kubectl\n\s+operation: Apply/)
    const without = named.replace('  hostnames: [one.example]\n', '')
    await kubectl('apply --server-side -f -', without)
    expect(await kubectl('get httproute owned -o jsonpath={.spec.hostnames}')).toBe('')
  })

  test('applies what helm renders, twice', async () => {
    const first = await kubectl('apply -f -', CHART)
    expect(first.match(/ created\n/g)).toHaveLength(4)
    expect((await kubectl('apply -f -', CHART)).match(/ unchanged\n/g)).toHaveLength(4)
    expect(await kubectl('rollout status deploy/rel-chart --timeout=60s')).toContain('rolled out')
    await kubectl('delete --wait=false -f -', CHART)
  }, 90_000)

  test('watches, and follows a log', async () => {
    const watching = contract.kubectl(['get', 'deploy', 'web', '-w', '--no-headers'], {
      until: /web +\S+ +\S+ +\S+ +\S+\n(?:.*\n)*web +2\/2/,
    })
    const following = contract.kubectl(['logs', '-f', 'deploy/web'], { until: /Starting server/ })
    await kubectl('scale deploy/web --replicas=2')
    expect(await watching).toMatch(/web +2\/2/)
    expect(await following).toContain('Starting server, listening on port 3000 (http)')
    expect(await kubectl('wait deploy/web --for=condition=Available --timeout=30s')).toContain(
      'deployment.apps/web condition met',
    )
    expect(
      await kubectl('wait deploy/web --for=jsonpath={.status.replicas}=9 --timeout=1s'),
    ).toMatch(/timed out waiting for the condition/)
  }, 60_000)

  test.each([
    ['explain httproute.spec.rules.filters.requestMirror', /backendRef\s+<Object> -required-/],
    [
      'explain deployment.spec.strategy',
      /strategy <DeploymentStrategy>[\s\S]*rollingUpdate\s+<RollingUpdateDeployment>\n +[A-Z]/,
    ],
    ['explain service.spec', /ports\s+<\[\]ServicePort>/],
    ['explain service.spec.ports', /targetPort\s+<IntOrString>/],
    ['api-resources --api-group=gateway.networking.k8s.io', /httproutes .* true +HTTPRoute/],
    ['auth can-i create httproutes', /^yes\n$/],
    ['auth can-i --list', /\*\.\*/],
    ['create configmap made --from-literal=a=b', /^configmap\/made created\n$/],
    ['label configmap made x=y', /labeled/],
    ['annotate configmap made x=y', /annotated/],
    ['get configmap -l x=y -o name', /^configmap\/made\n$/],
    ['get configmap --field-selector metadata.name=made --no-headers', /^made +1 /],
    ['patch configmap made --type=json -p [{"op":"remove","path":"/data/a"}]', /patched/],
    ['patch configmap made -p {"data":{"c":"d"}}', /patched/],
    ['get configmap made -o jsonpath={.data}', /^\{"c":"d"\}$/],
    ['get configmap none', /^Error from server \(NotFound\): configmaps "none" not found\n$/],
    ['get nothings', /doesn't have a resource type "nothings"/],
    ['rollout history deploy/web', /REVISION +CHANGE-CAUSE\n1 +<none>/],
    ['get deploy web --subresource=scale', /NAME +DESIRED +AVAILABLE +AGE\nweb +\d +\d +\d/],
    ['rollout restart deploy/web', /deployment.apps\/web restarted/],
    ['expose deploy web --name=exposed --port=80 --target-port=3000', /service\/exposed exposed/],
    ['get service exposed --no-headers', /exposed +ClusterIP +\S+ +<none> +80\/TCP/],
    ['set env deploy/web A=b', /env updated/],
    ['delete configmap made --dry-run=server', /configmap "made" deleted \(server dry run\)/],
    ['delete configmap made', /^configmap "made" deleted/],
  ])('%s', async (command, expected) => {
    expect(await kubectl(command)).toMatch(expected)
  })

  test('gets a token of a service account, and comes back with it', async () => {
    await kubectl('create serviceaccount bot')
    const token = await kubectl('create token bot --duration=10m')
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(await kubectl(`auth whoami --token=${token}`)).toMatch(
      new RegExp(`Username +system:serviceaccount:${contract.namespace}:bot\n`),
    )
    expect(await kubectl('create token bot --duration=1m')).toContain(
      'may not specify a duration less than 10 minutes',
    )
    await kubectl('delete serviceaccount bot')
    expect(await kubectl(`auth whoami --token=${token}`)).toContain('You must be logged in')
  })

  test.skipIf(OUTSIDE !== undefined)('says decently that there are no metrics', async () => {
    expect(await kubectl('top pods')).toBe('error: Metrics API not available\n')
  })

  test.each([
    ['background', ''],
    ['foreground', ''],
    ['orphan', /^replicaset\.apps\/web-/],
  ])(
    'deletes with --cascade=%s',
    async (cascade, left) => {
      if (left === '') await kubectl(`create deployment casc --image=${IMAGE} --replicas=1`)
      const name = left === '' ? 'casc' : 'web'
      await kubectl(`rollout status deploy/${name} --timeout=30s`)
      expect(await kubectl(`delete deploy ${name} --cascade=${cascade}`)).toMatch(/deleted/)
      const sets = () => kubectl(`get rs -o name -l app=${name}`)
      await expect.poll(sets, { timeout: 20_000 }).toMatch(left === '' ? /^$/ : left)
    },
    60_000,
  )

  test('creates by generateName, and deletes everything of a kind', async () => {
    const made = await kubectl(
      'create -f -',
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"gen-"}}',
    )
    expect(made).toMatch(/^configmap\/gen-\w{5} created\n$/)
    expect(await kubectl('delete configmap --all')).toMatch(/"gen-\w{5}" deleted/)
    expect(
      await kubectl(
        'apply -f -',
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"gen-"}}',
      ),
    ).toContain('cannot use generate name with apply')
  })
})
