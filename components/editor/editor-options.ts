/** Models whose path ends so get the HTTPRoute schema. */
export const HTTP_ROUTE_SUFFIX = '.httproute.yaml'

/** The type that every editor and diff is set in. */
export const EDITOR_FONT = {
  fontFamily: '"JetBrains Mono Variable", ui-monospace, monospace',
  fontSize: 12.5,
  lineHeight: 20,
  fontLigatures: false,
} as const
