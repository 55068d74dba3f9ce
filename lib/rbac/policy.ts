/** The objects of rbac.authorization.k8s.io/v1, as far as a decision reads them. */

/** One entry of `rules`: every listed verb on every listed resource, or path. */
export interface PolicyRule {
  readonly verbs: readonly string[]
  readonly apiGroups?: readonly string[]
  /** `resource`, `resource/subresource`, `*`, or `*` + `/subresource`. */
  readonly resources?: readonly string[]
  /** Empty or absent means every name. */
  readonly resourceNames?: readonly string[]
  /** Of ClusterRoles only; a last `*` stands for any rest. */
  readonly nonResourceURLs?: readonly string[]
}

export interface Subject {
  readonly kind: 'User' | 'Group' | 'ServiceAccount'
  readonly name: string
  /** Of ServiceAccounts. */
  readonly namespace?: string
}

/** A RoleBinding, or a ClusterRoleBinding when `namespace` is ''. */
export interface Binding {
  readonly name: string
  readonly namespace: string
  readonly subjects: readonly Subject[]
  readonly roleRef: { readonly kind: 'Role' | 'ClusterRole'; readonly name: string }
}

/** Everything that decides: bindings, and the rules of each role by its name. */
export interface Policy {
  readonly clusterRoleBindings: readonly Binding[]
  readonly roleBindings: (namespace: string) => readonly Binding[]
  /** The rules of a ClusterRole, of a Role where `namespace` is given; undefined when there is none of that name. */
  readonly rules: (namespace: string, name: string) => readonly PolicyRule[] | undefined
}

/** Who asks, as authentication and impersonation left it. */
export interface UserInfo {
  readonly name: string
  readonly groups: readonly string[]
  readonly uid?: string
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** What is asked for. `''` stands for none, as in Kubernetes. */
export type AccessRequest =
  | {
      readonly is: 'resource'
      readonly verb: string
      readonly group: string
      readonly resource: string
      readonly subresource: string
      readonly namespace: string
      readonly name: string
    }
  | { readonly is: 'path'; readonly verb: string; readonly path: string }
