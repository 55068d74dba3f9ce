/**
 * What validation and typing cost in a real browser, against a running Mirrorboard of its own.
 *
 *   node bench/validation.mjs [--runs=1000] [--keys=120]
 *
 * Validation is timed in the very worker the editor uses, each time with a text that was not validated before. Typing is a
 * person's: keys 80 ms apart in a manifest of 2,000 lines, with completion, markers and the form as they come. Times come
 * from Chromium's trace: on the clock, and that in which the thread was really running, which other load on the machine
 * does not lengthen.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { report, startBrowser, startMirrorboard } from './browser.mjs'
import { quantile, readOptions } from './harness.mjs'

const { runs: RUNS, keys: KEYS } = readOptions({ runs: 1000, keys: 120 })
const WARM_UP_RUNS = 200
const KEY_PAUSE_MS = 80

const HEAD = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: NAME
spec:
  parentRefs:
  - name: eg
  hostnames:
  - NAME.example.com
  rules:
`

const repeat = (count, make) => Array.from({ length: count }, (_, index) => make(index)).join('')

const mirror = (name, indent) => `${indent}- type: RequestMirror
${indent}  requestMirror:
${indent}    percent: 10
${indent}    backendRef:
${indent}      name: ${name}
${indent}      port: 3000
`

/** As most are: two rules, a mirror, header changes, a split. */
const typicalRoute = (name) => `${HEAD.replaceAll('NAME', name)}  - matches:
    - path:
        type: PathPrefix
        value: /${name}
      method: GET
    filters:
${mirror('backend', '    ')}    - type: RequestHeaderModifier
      requestHeaderModifier:
        set:
        - name: x-${name}
          value: "1"
    backendRefs:
    - name: backend
      port: 3000
      weight: 90
    - name: backend
      port: 3000
      weight: 10
  - matches:
    - path:
        type: PathPrefix
        value: /
    backendRefs:
    - name: backend
      port: 3000
`

/** As large as the definition allows in rules, filters and backends. */
const largestRoute = (name) =>
  HEAD.replaceAll('NAME', name) +
  repeat(
    16,
    (rule) => `  - matches:
    - path:
        type: PathPrefix
        value: /${name}/${rule}
    filters:
${repeat(16, (filter) => mirror(`mirror-${filter}`, '    '))}    backendRefs:
${repeat(16, (backend) => `    - name: backend-${backend}\n      port: 3000\n`)}`,
  )

const lineCount = (text) => text.split('\n').length

/** The largest route, and typical ones beside it, up to 2,000 lines. */
function longManifest() {
  let text = largestRoute('large')
  for (let index = 0; lineCount(text) < 2000; index += 1) {
    text += `---\n${typicalRoute(`route-${index}`)}`
  }
  return text
}

/** In the page: validates each text in a worker of the product's, and resolves with the number of findings in the last. */
async function validateAll({ texts, facts }) {
  if (globalThis.benchWorker === undefined) {
    const worker = new Worker('/monaco/validation.worker.js')
    const schema = await (await fetch('/api/schemas?plural=httproutes')).json()
    worker.postMessage({ type: 'schemas', schemas: [schema] })
    worker.postMessage({ type: 'facts', facts: JSON.stringify(facts) })
    globalThis.benchWorker = worker
  }
  const worker = globalThis.benchWorker
  let findings = 0
  for (const [id, text] of texts.entries()) {
    const answer = new Promise((resolve) => {
      worker.onmessage = resolve
    })
    worker.postMessage({ type: 'validate', id, text, defaultNamespace: 'default' })
    const { data } = await answer
    findings = data.diagnostics.length
  }
  return findings
}

const GATEWAY_API = 'gateway.networking.k8s.io/v1'

/** A cluster of some size, known in full: 200 Services, and 200 routes that compete for requests. */
function clusterFacts() {
  const port = { port: 3000, protocol: 'TCP', ready: 1 }
  const names = ['backend', ...Array.from({ length: 199 }, (_, index) => `backend-${index}`)]
  const metadata = (name) => ({ name, namespace: 'default' })
  return {
    services: Object.fromEntries(
      names.map((name) => [`default/${name}`, { isExternalName: false, ports: [port] }]),
    ),
    gateways: [
      {
        apiVersion: GATEWAY_API,
        kind: 'Gateway',
        metadata: metadata('eg'),
        spec: {
          gatewayClassName: 'mirrorboard',
          listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
        },
      },
    ],
    gatewayClasses: [
      {
        apiVersion: GATEWAY_API,
        kind: 'GatewayClass',
        metadata: { name: 'mirrorboard' },
        spec: { controllerName: 'mirrorboard.dev/gateway-controller' },
        status: { supportedFeatures: [{ name: 'HTTPRouteRequestMultipleMirrors' }] },
      },
    ],
    namespaces: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }],
    referenceGrants: [],
    grantApiVersion: GATEWAY_API,
    httpRoutes: names.map((name, index) => ({
      apiVersion: GATEWAY_API,
      kind: 'HTTPRoute',
      metadata: { ...metadata(`live-${name}`), creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: {
        parentRefs: [{ name: 'eg' }],
        hostnames: [`h${index}.example.com`],
        rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }] }],
      },
    })),
  }
}

/** Events of a name, or names that end so, on threads of a name, while something is done. */
async function traced(browser, page, { event, thread }, act) {
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] })
  await act()
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString())
  const threads = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name.startsWith(thread))
      .map(({ pid, tid }) => `${pid} ${tid}`),
  )
  return traceEvents
    .filter(
      ({ name, pid, tid, dur }) =>
        name.endsWith(event) && dur !== undefined && threads.has(`${pid} ${tid}`),
    )
    .map(({ dur, tdur = 0 }) => ({ clockMs: dur / 1000, runningMs: tdur / 1000 }))
}

async function measureWorker(browser, page) {
  const facts = clusterFacts()
  const kinds = {
    'typical route, one value typed': (run) =>
      typicalRoute('typical').replace('percent: 10', `percent: ${run % 100}`),
    'typical route, everything new': (run) => typicalRoute(`route-${run}`),
    '16 x 16 x 16, one value typed': (run) =>
      largestRoute('large').replace('percent: 10', `percent: ${run % 100}`),
    '16 x 16 x 16, everything new': (run) => largestRoute(`route-${run}`),
  }
  for (const [name, make] of Object.entries(kinds)) {
    const scale = name.startsWith('typical') ? 1 : 10
    const texts = (from, count) => Array.from({ length: count }, (_, run) => make(from + run))
    const warmUp = WARM_UP_RUNS / scale
    await page.evaluate(validateAll, { texts: texts(0, warmUp), facts })
    let findings = 0
    const measured = { event: 'HandlePostMessage', thread: 'DedicatedWorker' }
    const times = await traced(browser, page, measured, async () => {
      findings = await page.evaluate(validateAll, { texts: texts(warmUp, RUNS / scale), facts })
    })
    const size = `${(make(0).length / 1000).toFixed(1)} KB, ${findings} findings`
    const at = (key, share) =>
      quantile(
        times.map((time) => time[key]),
        share,
      ).toFixed(1)
    report(`${name} (${size}): p50, running`, at('runningMs', 0.5), 'ms')
    report('  p99, running', at('runningMs', 0.99), 'ms')
    report('  p50, on the clock', at('clockMs', 0.5), 'ms')
    report('  p99, on the clock', at('clockMs', 0.99), 'ms')
  }
}

/** The longest task of the page's main thread while something is done. */
async function longestTasks(browser, page, act) {
  const tasks = await traced(browser, page, { event: 'RunTask', thread: 'CrRendererMain' }, act)
  const longest = (key) => Math.max(0, ...tasks.map((task) => task[key]))
  return { clock: longest('clockMs'), running: longest('runningMs') }
}

function reportTasks(name, { clock, running }) {
  report(`${name}: longest task, running`, running.toFixed(0), 'ms')
  report('  on the clock', clock.toFixed(0), 'ms')
}

async function openEditor(page, url, at = '/routes/new') {
  await page.goto(`${url}${at}`)
  await page.locator('[data-ready="true"]').waitFor()
  await page.getByRole('textbox', { name: 'HTTPRoute manifest' }).focus()
  await page
    .getByRole('status', { name: 'Validation' })
    .getByText(/found|error|warning|note/)
    .waitFor()
  await page.keyboard.press('ControlOrMeta+a')
}

async function paste(page, text) {
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), text)
  await page.keyboard.press('ControlOrMeta+v')
}

/** Until the findings are about the text as it is. */
async function checked(page) {
  await page
    .getByRole('status', { name: 'Validation' })
    .getByText(/found|error|warning|note/)
    .waitFor()
}

async function measureTyping(browser, page, url, { name, text, line, at }) {
  await openEditor(page, url, at)
  await paste(page, text)
  await delay(3000)
  await checked(page)
  await page.keyboard.press('ControlOrMeta+Home')
  for (let step = 0; step < line; step += 1) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('End')
  await delay(1000)
  const keys = ' # a note: rate is 10\n- name: backend\nport: 3000\n'
  const typed = await longestTasks(browser, page, async () => {
    for (let index = 0; index < KEYS; index += 1) {
      const key = keys[index % keys.length]
      await page.keyboard.press(key === '\n' ? 'Enter' : key)
      await delay(KEY_PAUSE_MS)
    }
    await delay(1500)
  })
  reportTasks(`typing ${KEYS} keys, ${name} (${lineCount(text)} lines)`, typed)
}

/** The same in a field of the form, which writes the text behind every key. */
async function measureFormField(browser, page, url, text) {
  await openEditor(page, url, '/routes/new?form=1')
  await paste(page, text)
  await delay(3000)
  await checked(page)
  const rule = page.getByRole('region', { name: 'Rule 8' })
  const field = rule.getByRole('group', { name: 'Backend 8' }).getByLabel('Service')
  await field.scrollIntoViewIfNeeded()
  await field.press('End')
  await delay(1000)
  const typed = await longestTasks(browser, page, async () => {
    for (let index = 0; index < KEYS / 4; index += 1) {
      await page.keyboard.press('abcdefghij'[index % 10])
      await delay(KEY_PAUSE_MS)
    }
    await delay(1500)
  })
  reportTasks(`typing ${KEYS / 4} keys in a field of the form`, typed)
}

/** Pastes a text and then moves the cursor: how long the page is busy, and how long until an answer stands there. */
async function measurePaste(browser, page, url, name, text) {
  await openEditor(page, url)
  let seconds = 0
  const pasted = await longestTasks(browser, page, async () => {
    const from = performance.now()
    await paste(page, text)
    await page
      .getByRole('list', { name: 'Problems' })
      .getByText(/larger|more than/)
      .first()
      .waitFor()
    seconds = (performance.now() - from) / 1000
    await page.keyboard.press('ControlOrMeta+Home')
    await delay(1000)
  })
  reportTasks(`pasting ${(text.length / 1e6).toFixed(1)} MB, ${name}`, pasted)
  report('  until the page says what is wrong', seconds.toFixed(1), 's')
}

async function main() {
  const mirrorboard = await startMirrorboard({ MIRRORBOARD_METRICS_URL: '' })
  const browser = await startBrowser()
  try {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    await context.addCookies(mirrorboard.session.cookies)
    const page = await context.newPage()
    await page.goto(`${mirrorboard.url}/cluster`)
    await measureWorker(browser, page)
    page.on('dialog', (dialog) => dialog.accept())
    const long = longManifest()
    const faulty = long.replaceAll('port: 3000', 'prot: 3000')
    for (const typing of [
      { name: 'one large route among others', text: long, line: 400 },
      { name: 'with 500 problems', text: faulty, line: 400 },
      { name: 'the form open', text: long, line: 400, at: '/routes/new?form=1' },
      { name: "on a route's page", text: long, line: 400, at: '/routes/default/backend' },
    ]) {
      await measureTyping(browser, page, mirrorboard.url, typing)
    }
    await measureFormField(browser, page, mirrorboard.url, long)
    const lines = repeat(40_000, (index) => `key-${index}: a value\n`)
    await measurePaste(browser, page, mirrorboard.url, 'many lines', lines.padEnd(1_100_000, '#'))
    await measurePaste(browser, page, mirrorboard.url, 'one line', `a: ${'x'.repeat(1_100_000)}`)
  } finally {
    await browser.close()
    await mirrorboard.stop()
  }
}

await main()
