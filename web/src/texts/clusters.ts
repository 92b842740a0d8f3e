// Texts of clusters and virtual data centres.
export const clusters = {
  title: 'Clusters',
  empty: 'There are no clusters.',
  emptyHint: 'A cluster is hosts with the datastores and networks that they share.',
  columns: { hosts: 'Hosts', datastores: 'Datastores', networks: 'Networks' },
};

export const vdcs = {
  title: 'Virtual data centres',
  empty: 'There are no virtual data centres.',
  emptyHint: 'One says which groups may use which clusters.',
  columns: { groups: 'Groups', clusters: 'Clusters', hosts: 'Hosts', datastores: 'Datastores', networks: 'Networks' },
};
