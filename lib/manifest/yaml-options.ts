/**
 * How the parser reads kubectl's YAML: every scalar stays the text that is written, and go-scalar.ts says what it means. Tags are
 * kept by the nodes, and a directive does not change the rules.
 */
export const KUBECTL_YAML = {
  version: '1.2',
  schema: 'failsafe',
  resolveKnownTags: false,
  prettyErrors: false,
  uniqueKeys: false,
  logLevel: 'silent',
} as const
