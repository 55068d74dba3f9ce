/** Module boundaries. Every rule says why it exists and what to do instead. */
const TEST = '[.](test|e2e)[.]tsx?$|^(e2e|server/testing)/|/test-support/'
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })
/** Of the sandbox's rooms, `room` may import `below` only; tests look where they like. */
const sandboxLayer = (room, below, comment) =>
  rule(
    `sandbox-${room.includes('|') ? 'groundwork' : room}-imports-below`,
    comment,
    { path: `^server/sandbox/(${room})/`, pathNot: TEST },
    { path: '^server/sandbox/', pathNot: `^server/sandbox/($1|${below})/` },
  )
/** Only files under `owner` may import the npm package `pkg`. */
const onlyFrom = (pkg, owner) =>
  rule(
    `only-${owner}-imports-${pkg}`,
    `${pkg} is wrapped by ${owner}; call the wrapper.`,
    { pathNot: [`^${owner}`, TEST] },
    { path: `(^|/)node_modules/${pkg}/` },
  )

/**
 * The rooms of components/ from the ground up: a room sees those of lower levels, never a neighbour. Above them stands
 * components/pages, which composes what it likes.
 */
const LEVELS = [
  {
    name: 'kits-stand-alone',
    rooms: ['ui', 'format'],
    remedy: 'A kit knows no other room: pass it what it shows as props.',
  },
  {
    name: 'charts-and-data-see-kits',
    rooms: ['charts', 'data'],
    remedy:
      'A model that data or charts need belongs to lib/ or to them; what is drawn of it stays above.',
  },
  {
    name: 'shared-parts-see-data-and-kits',
    rooms: ['layout', 'language', 'request', 'findings'],
    remedy: 'What two of these share goes down to data, a kit or lib/.',
  },
  {
    name: 'editor-shows-what-it-is-given',
    rooms: ['editor'],
    remedy: 'Monaco shows what it is given: declare the type here, and let the caller fill it.',
  },
  {
    name: 'review-is-opened-by-features',
    rooms: ['review'],
    remedy: 'A review is opened by features: hand it a manifest, and answer through its callbacks.',
  },
  {
    name: 'workspace-knows-no-feature',
    rooms: ['workspace'],
    remedy:
      'A workspace is the same for every page: take what a feature adds as a prop (see backendDialog).',
  },
  {
    name: 'features-do-not-know-each-other',
    rooms: ['routes', 'traffic', 'backends', 'cluster', 'compare', 'history', 'promote'],
    remedy:
      'Features do not know each other: move what both use to findings, request or review, or compose them in pages.',
  },
]

const levelRule = ({ name, rooms, remedy }, level) => {
  const below = LEVELS.slice(0, level).flatMap((lower) => lower.rooms)
  return rule(
    name,
    remedy,
    { path: `^components/(${rooms.join('|')})/`, pathNot: TEST },
    { path: '^components/', pathNot: `^components/(${['$1', ...below].join('|')})/` },
  )
}

/**
 * A house whose rooms stand on floors: a room may import those below its own. `floors` are rooms with the remedy, from the
 * bottom up; rooms on one floor do not know each other.
 */
const floorsOf = (house, floors) => {
  const name = house.split('/').at(-1)
  return floors.flatMap((rooms, floor) =>
    Object.entries(rooms).map(([room, remedy]) => {
      const below = floors.slice(0, floor).flatMap(Object.keys)
      const allowed = [...below, room].join('|')
      return rule(
        `${name}-${room}-imports-nothing-above`,
        remedy,
        { path: `^${house}/${room}/`, pathNot: TEST },
        { path: `^${house}/`, pathNot: `^${house}/(${allowed})/` },
      )
    }),
  )
}

module.exports = {
  forbidden: [
    ...LEVELS.map(levelRule),
    rule(
      'components-rooms-have-a-level',
      'Say in LEVELS above what a new room may see, and who may see it.',
      {
        path: '^components/',
        pathNot: `^components/(${LEVELS.flatMap(({ rooms }) => rooms).join('|')}|pages)/`,
      },
      {},
    ),
    rule(
      'no-circular',
      'A cycle means two files are one idea: merge or split them.',
      {},
      { circular: true },
    ),
    rule(
      'no-orphans',
      'Nobody imports this file: delete it.',
      {
        orphan: true,
        pathNot: [
          '[.]config[.]',
          '[.]d[.]ts$',
          '^app/',
          '^proxy[.]ts$',
          '^[.]',
          '^server/cli/',
          '[.]worker[.]ts$',
          TEST,
        ],
      },
      {},
    ),
    rule('not-to-unresolvable', 'This import points at nothing.', {}, { couldNotResolve: true }),
    rule(
      'no-production-import-of-tests',
      'Move shared helpers out of the test.',
      { pathNot: TEST },
      { path: TEST },
    ),

    rule(
      'lib-imports-only-lib',
      'lib/ is pure and runs in both browser and Node.',
      { path: '^lib/' },
      { path: '^(app|components|server|e2e)/' },
    ),
    rule(
      'lib-does-no-io',
      'Pass data in, return data out; no React, no Next.',
      { path: '^lib/', pathNot: TEST },
      { path: '(^|/)node_modules/(react|react-dom|next)/' },
    ),
    rule(
      'lib-has-no-node-core',
      'The same file must run in the browser.',
      { path: '^lib/', pathNot: TEST },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'lib-shared-is-the-bottom',
      'lib/shared knows nothing of the domain.',
      { path: '^lib/shared/' },
      { path: '^lib/', pathNot: '^lib/shared/' },
    ),
    rule(
      'lib-gateway-api-is-vocabulary',
      'Vocabulary sits below every algorithm.',
      { path: '^lib/gateway-api/' },
      { path: '^lib/', pathNot: '^lib/(gateway-api|shared)/' },
    ),
    rule(
      'lib-algorithms-are-siblings',
      'Algorithms meet in server/ or components/, not in each other.',
      { path: '^lib/(routing|series|manifest|comparison)/' },
      { path: '^lib/', pathNot: ['^lib/$1/', '^lib/(gateway-api|shared)/'] },
    ),
    rule(
      'lib-answers-stand-on-top',
      'lib/traffic and lib/simulation put algorithms together for a person who asks; no other part of lib needs them.',
      { path: '^lib/', pathNot: ['^lib/(traffic|simulation)/', TEST] },
      { path: '^lib/(traffic|simulation)/' },
    ),

    rule(
      'ui-talks-http',
      'Components reach the server only through app/api (components/data).',
      { path: '^components/' },
      { path: '^(server|app)/' },
    ),
    rule(
      'ui-kit-is-domain-free',
      'components/ui would make sense in another product.',
      { path: '^components/ui/' },
      { path: '^(lib|components)/', pathNot: '^(components/ui|lib/shared)/' },
    ),
    rule(
      'app-sees-two-doors',
      'app/ may open server/kube, and knows where the planes are; everything else is reached by URL.',
      { path: '^app/' },
      {
        path: '^server/',
        pathNot: '^server/(kube/|plane-http/plane-secret[.]ts$|(config|log|planes)[.]ts$)',
      },
    ),
    rule(
      'app-is-the-top',
      'Nothing imports app/.',
      { pathNot: ['^app/', TEST] },
      { path: '^app/' },
    ),

    rule(
      'planes-are-islands',
      'Planes speak HTTP to each other, as they would in production; plane-http/ is the door they share.',
      { path: '^server/(sandbox|kube|gateway|observer|traffic|backends)/', pathNot: TEST },
      {
        path: '^server/',
        pathNot: ['^server/$1/', '^server/plane-http/', '^server/(log|config)[.]ts$'],
      },
    ),
    rule(
      'sandbox-has-one-door',
      'Call startSandbox() of server/sandbox/sandbox.ts; what it lacks becomes an option or a property of what it returns.',
      { pathNot: '^server/sandbox/' },
      { path: '^server/sandbox/', pathNot: '^server/sandbox/sandbox[.]ts$' },
    ),
    sandboxLayer(
      'resources',
      'streaming|verbs|requests|decode|kinds|storage|api',
      'A resource reads its request and calls verbs; what acts by itself is a controller, what patches or tracks is a verb.',
    ),
    sandboxLayer(
      'controllers',
      'verbs|requests|kinds|storage|api',
      'Controllers act through verbs or the local client, as a client would; what they share with resources is a verb.',
    ),
    sandboxLayer(
      'http',
      'requests|api',
      'HTTP is given its routes by sandbox.ts; what knows a resource belongs to resources/.',
    ),
    sandboxLayer(
      'streaming',
      'requests|api',
      'Streams get their Pod and context with the request; look objects up in resources/.',
    ),
    sandboxLayer(
      'verbs',
      'requests|decode|field-management|kinds|patch|storage|api',
      'A verb knows no resource, controller or socket: pass what differs as an argument, or make it a property of the kind.',
    ),
    sandboxLayer(
      'requests',
      'kinds|storage|api',
      'What a request carries is read before any verb: let the verb or the resource import it instead.',
    ),
    sandboxLayer(
      'kinds|decode|field-management|patch|storage',
      'api',
      'These stand side by side on api/: verbs combine them; a type two of them need goes to api/.',
    ),
    sandboxLayer('api', 'api', 'api/ is the vocabulary of all rooms: pass in what it needs.'),
    rule(
      'watchers-see-kube-only',
      'The controller gets the gateway as a publish() callback; the history needs no other plane.',
      { path: '^server/(controller|history)/', pathNot: TEST },
      { path: '^server/', pathNot: '^server/($1|kube|plane-http)/|^server/(log|config)[.]ts$' },
    ),
    ...floorsOf('server/gateway', [
      { bounds: 'A bound counts what it is handed: pass the number or the callback in.' },
      {
        http: 'Reading and writing HTTP knows no worker: return a verdict, and let the caller count it or act on it.',
        metrics: 'Counters are told what happened: take labels and numbers as arguments.',
      },
      {
        upstream:
          'A connection tells its UpstreamHandler what it reads: add what you need to that interface.',
        capture:
          'A capture is handed heads and bytes by whoever has them: add a method, call it there.',
      },
      {
        rules:
          'A rule is prepared here and acted on above: keep the decision here, do the deed in mirror/ or exchange/.',
      },
      {
        mirror:
          'A copy must not know the exchange it came from, or it could hold it up: hand it what it needs when it is made.',
      },
      {
        exchange:
          'An exchange sees its client as ClientSide: add to that interface, and do it in client/.',
      },
      {
        client:
          'A client is served by one worker, its WorkerContext: what workers share belongs into workers/.',
      },
      {
        workers: 'Only start-gateway.ts stands above the workers: take it as an option from there.',
      },
    ]),
    rule(
      'gateway-has-one-door',
      'Import start-gateway.ts, and export from there what is missing; a test may use test-support/.',
      { pathNot: '^server/gateway/' },
      {
        path: '^server/gateway/',
        pathNot: '^server/gateway/(start-gateway[.]ts$|test-support/)',
      },
    ),
    rule(
      'main-is-the-only-root',
      'Only tests may import the composition root.',
      { pathNot: [TEST] },
      { path: '^server/main[.]ts$' },
    ),

    onlyFrom('@kubernetes/client-node', 'server/kube/'),
    onlyFrom('lmdb', 'server/(sandbox|observer|history)/'),
    onlyFrom('recharts', 'components/charts/'),
    onlyFrom('monaco-editor', 'components/editor/'),
    onlyFrom('monaco-yaml', 'components/(editor|language)/'),
    onlyFrom('@tanstack/react-query', '(components/data/|app/providers)'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^([.]next|coverage|test-results|dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
    },
  },
}
