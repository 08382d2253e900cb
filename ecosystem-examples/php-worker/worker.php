<?php
// php worker.php [--max-jobs=N]: prints jobs until TERM comes, or until N are done.
declare(strict_types=1);

require __DIR__ . '/queue.php';

$max_jobs = (int) (getopt('', ['max-jobs:'])['max-jobs'] ?? PHP_INT_MAX);
$worker = preg_replace('/[^0-9A-Za-z]/', '', getenv('WORKER') ?: '0');
$stopping = false;
if (function_exists('pcntl_async_signals')) {
    pcntl_async_signals(true);
    pcntl_signal(SIGTERM, function () use (&$stopping) { $stopping = true; });
    pcntl_signal(SIGINT, function () use (&$stopping) { $stopping = true; });
}

recover($worker);
echo "worker $worker is ready\n";
for ($done = 0; $done < $max_jobs && !$stopping;) {
    $path = take($worker);
    if ($path === null) {
        usleep(200_000);
        continue;
    }
    echo 'job: ', file_get_contents($path), "\n";
    rename($path, queue_folder('done') . '/' . basename($path));
    ++$done;
}
echo "worker $worker ends after $done jobs\n";
