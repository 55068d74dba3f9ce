/** One finding about a manifest, with its place. Shown in the editor; the same words reach kubectl through the sandbox. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'info'
  /** Stable identifier, for example `schema.required`, `cel`, `yaml.syntax`, `mirror.backend-not-found`. */
  readonly code: string
  /** One sentence, in the API server's words where it has words for this. */
  readonly message: string
  /** Field path as the API server prints it: `spec.rules[0].filters[1].requestMirror`. Empty for the whole document. */
  readonly fieldPath: string
  /** Index of the YAML document in the text, from 0. */
  readonly documentIndex: number
  readonly range: TextRange
  /** Section of the specification that says so. */
  readonly specUrl?: string
  /** What the editor offers to do about it. */
  readonly fix?: DiagnosticFix
}

export type DiagnosticFix = CreateBackendFix | EditFix | SplitRuleFix

/** A Service the manifest refers to and the cluster does not have. */
export interface CreateBackendFix {
  readonly kind: 'create-backend'
  readonly namespace: string
  readonly name: string
  readonly port: number
}

/** A change to the text that was validated. */
export interface EditFix {
  readonly kind: 'edit'
  /** What the button says: `Use port 3000`. */
  readonly title: string
  readonly range: TextRange
  readonly text: string
}

/** A rule becomes two, so that only its safe requests are mirrored. Worked out when it is asked for: rules may be large. */
export interface SplitRuleFix {
  readonly kind: 'split-by-method'
  readonly title: string
  readonly documentIndex: number
  /** Of the rule. */
  readonly fieldPath: string
}

/** Lines and columns from 1, end exclusive, as Monaco counts. */
export interface TextRange {
  readonly startLine: number
  readonly startColumn: number
  readonly endLine: number
  readonly endColumn: number
}
