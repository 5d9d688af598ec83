import { dependencies } from '../../package.json';

test('the package with which the SDK downloads Temporal is installed, in the SDK’s own version', async () => {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  expect(typeof TestWorkflowEnvironment.createLocal).toBe('function');
  expect(dependencies['@temporalio/testing']).toBe(dependencies['@temporalio/client']);
});
