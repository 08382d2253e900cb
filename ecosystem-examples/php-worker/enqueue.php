<?php
// php enqueue.php TEXT: puts a job into the queue.
declare(strict_types=1);

require __DIR__ . '/queue.php';

if ($argc !== 2) {
    fwrite(STDERR, "usage: php enqueue.php TEXT\n");
    exit(2);
}
echo enqueue($argv[1]), "\n";
