#!/usr/bin/env node
/**
 * `npm run check:manifests`: holds every manifest of a folder (default: deploy/kubernetes) to the
 * published schema of its kind. Exit code 1 when one is not as the schema has it, or is of a kind
 * that isn't known here.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Service } from 'kubernetes-models/v1/Service';
import { parseAllDocuments } from 'yaml';

const models = { Deployment, Job, Namespace, NetworkPolicy, PodDisruptionBudget, ScaledObject, Service };

const folder = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), 'kubernetes');

for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
  if (file === 'kustomization.yaml') continue;
  for (const document of parseAllDocuments(readFileSync(join(folder, file), 'utf8'))) {
    const manifest = document.toJS();
    const name = `${file}: ${manifest.kind} ${manifest.metadata?.name}`;
    try {
      const Model = models[manifest.kind];
      if (Model === undefined) throw new Error('no schema of this kind is known here');
      new Model(manifest).validate();
      process.stdout.write(`ok    ${name}\n`);
    } catch (error) {
      process.stdout.write(`fail  ${name}: ${error.message}\n`);
      process.exitCode = 1;
    }
  }
}
