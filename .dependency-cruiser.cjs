/** Module boundaries. Every rule says why it exists and what to do instead. */
const TEST = '[.](test|e2e)[.]tsx?$|^(e2e|server/testing)/|/test-support/'
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })
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
      'watchers-see-kube-only',
      'The controller gets the gateway as a publish() callback; the history needs no other plane.',
      { path: '^server/(controller|history)/', pathNot: TEST },
      { path: '^server/', pathNot: '^server/($1|kube|plane-http)/|^server/(log|config)[.]ts$' },
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
