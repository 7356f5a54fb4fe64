<?php
// PHP's own web server in front of WordPress: what is a file is sent, all else is index.php's.
$path = urldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
$site = getenv('WP_SITE');
if (str_starts_with($path, '/wp-content/') && is_file($file = getenv('WP_CONTENT') . substr($path, 11))) {
    $kinds = ['css' => 'text/css', 'js' => 'text/javascript'];
    $end = pathinfo($file, PATHINFO_EXTENSION);
    header('Content-Type: ' . ($kinds[$end] ?? mime_content_type($file)));
    readfile($file);
} elseif ($path !== '/' && is_file($site . $path)) {
    return false;
} else {
    $_SERVER['SCRIPT_NAME'] = '/index.php';
    $_SERVER['SCRIPT_FILENAME'] = $site . '/index.php';
    chdir($site);
    require $site . '/index.php';
}
