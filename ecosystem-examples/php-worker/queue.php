<?php
// A queue on disk: one file a job; moving a file is atomic, so two workers never get the same one.
declare(strict_types=1);

function queue_folder(string $state): string
{
    $folder = (getenv('DATA_DIR') ?: 'data') . '/queue/' . $state;
    if (!is_dir($folder) && !@mkdir($folder, 0777, true) && !is_dir($folder)) {
        throw new RuntimeException("cannot make the folder $folder");
    }
    return $folder;
}

function enqueue(string $text): string
{
    $name = sprintf('%020d-%s.job', hrtime(true), bin2hex(random_bytes(3)));
    $aside = queue_folder('new') . "/$name";
    file_put_contents($aside, $text);
    rename($aside, queue_folder('pending') . "/$name");
    return $name;
}

// The oldest job's path, now in the worker's own folder; null when there is none.
function take(string $worker): ?string
{
    $mine = queue_folder("working/$worker");
    foreach (glob(queue_folder('pending') . '/*.job') ?: [] as $path) {
        $taken = $mine . '/' . basename($path);
        if (@rename($path, $taken)) {
            return $taken;
        }
    }
    return null;
}

// Puts back what an earlier run of this worker was doing when it died.
function recover(string $worker): void
{
    foreach (glob(queue_folder("working/$worker") . '/*.job') ?: [] as $path) {
        rename($path, queue_folder('pending') . '/' . basename($path));
    }
}
