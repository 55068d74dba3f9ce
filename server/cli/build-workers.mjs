/**
 * Bundles the browser's web workers into public/monaco: Monaco's own, monaco-yaml's and our validator.
 * Prebuilt, so that development and production serve the same files whatever bundles the pages.
 */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** monaco-worker-manager names a path that monaco-editor 0.56 stopped exporting. */
const monacoPaths = {
  name: 'monaco-paths',
  setup(plugin) {
    plugin.onResolve({ filter: /^monaco-editor\/esm\/vs\// }, (args) =>
      plugin.resolve(args.path.replace('monaco-editor/esm/vs/', 'monaco-editor/'), {
        resolveDir: root,
        kind: args.kind,
      }),
    )
  },
}

await build({
  absWorkingDir: root,
  entryPoints: {
    'editor.worker': 'monaco-editor/editor/editor.worker.js',
    'yaml.worker': 'monaco-yaml/yaml.worker.js',
    'validation.worker': 'components/language/validation.worker.ts',
  },
  outdir: 'public/monaco',
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  legalComments: 'none',
  loader: { '.yaml': 'text' },
  plugins: [monacoPaths],
  logLevel: 'warning',
})
