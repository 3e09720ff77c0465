export const OFFICES = [
  {
    name: 'San Francisco',
    country: 'us',
    state: 'CA',
    timezone: 'US/Pacific',
    areaCode: '415',
    dial: '+1415',
    address: { address: '100 Market St', city: 'San Francisco', state: 'CA', zip: '94105', country: 'us' },
  },
  {
    name: 'New York',
    country: 'us',
    state: 'NY',
    timezone: 'US/Eastern',
    areaCode: '212',
    dial: '+1212',
    address: { address: '200 Broadway', city: 'New York', state: 'NY', zip: '10038', country: 'us' },
  },
  {
    name: 'Berlin',
    country: 'de',
    state: 'BE',
    timezone: 'Europe/Berlin',
    areaCode: '30',
    dial: '+4930',
    address: { address: 'Torstr. 1', city: 'Berlin', state: 'BE', zip: '10119', country: 'de' },
  },
];

export const GIVEN = 'Ada Ben Cleo Dara Eli Femi Gita Hugo Ines Jun Kofi Lena Malik Nora Omar Pia Quinn Rosa Sami Tove'.split(' ');

export const FAMILY = 'Abel Brandt Costa Dietz Evans Falk Ganz Holm Iwata Jansen Keller Lopez Meyer Novak Okoye Perez Roth Sato Tanner Weiss'.split(' ');
