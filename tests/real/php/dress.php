<?php
// Another theme: php dress.php twentytwentyone
$_SERVER['HTTP_HOST'] = parse_url(getenv('WP_HOME'), PHP_URL_HOST);
require getenv('WP_SITE') . '/wp-load.php';
switch_theme($argv[1]);
